package dev.piecewise.engine;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Makes room in the KV arena.
 *
 * <p>Every sequence has one extent, as attention reads its keys and values as one view. An ended sequence leaves its extent as a cached prefix, so a busy arena is
 * always full, and room is made in this order: a free range; the stretch of cached prefixes that was used longest ago; and, when running extents stand between the
 * free ranges, moving extents together. Copying a token's keys and values is some thousand times cheaper than computing them, so that comes before preempting, which
 * is the scheduler's part.
 */
final class KvRoom {
    private static final Logger LOG = System.getLogger(KvRoom.class.getName());

    private final ModelRunner runner;
    private final Extents extents;
    private final PrefixCache cache;

    KvRoom(ModelRunner runner, Extents extents, PrefixCache cache) {
        this.runner = runner;
        this.extents = extents;
        this.cache = cache;
    }

    /**
     * Start of a free range of {@code need} places, for which cached prefixes may have gone and extents been moved; -1 and nothing evicted if running sequences have
     * too much. {@code spared}, where given, is not evicted.
     */
    int take(int need, @Nullable Extent spared) {
        int reachable = extents.free() + cache.places();
        if (spared != null && spared.cached()) {
            reachable -= spared.capacity();
        }
        if (reachable < need) {
            return -1;
        }
        if (spared != null) {
            spared.pin(true);
        }
        int start = freeRange(need);
        if (spared != null) {
            spared.pin(false);
        }
        return start;
    }

    /** Makes an extent larger: to {@code want} places if no others must move, else to {@code need}; false if only preempting helps. */
    boolean tryGrow(Extent extent, int need, int want) {
        return tryWiden(extent, want, false)
                || tryMove(extent, want, extents.find(want))
                || tryWiden(extent, want, true)
                || tryMove(extent, want, cache.evictStretch(want))
                || tryWiden(extent, need, true)
                || trySqueeze(extent, need);
    }

    /** Copies keys and values. A failure loses nothing but time: what was to be copied is computed again. */
    boolean tryCopy(int from, int to, int length) {
        try {
            if (length > 0) {
                runner.copyPlaces(from, to, length);
            }
            return true;
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.WARNING, "keys and values could not be copied and are computed again", failure);
            return false;
        }
    }

    private int freeRange(int need) {
        int start = extents.find(need);
        if (start < 0) {
            start = cache.evictStretch(need);
        }
        while (start < 0 && extents.free() < need && cache.evictOldest()) {
            start = extents.find(need);
        }
        return start < 0 && extents.free() >= need ? moveTogether(need, null) : start;
    }

    private boolean tryWiden(Extent extent, int capacity, boolean evict) {
        int extra = capacity - extent.capacity();
        if (extents.roomAfter(extent) < extra && !(evict && cache.tryEvictAfter(extent, extra))) {
            return false;
        }
        extents.resize(extent, capacity);
        return true;
    }

    private boolean tryMove(Extent extent, int capacity, int start) {
        if (start < 0) {
            return false;
        }
        extents.remove(extent);
        slide(extent, start);
        extent.resize(capacity);
        extents.add(extent);
        return true;
    }

    private boolean trySqueeze(Extent extent, int capacity) {
        int extra = capacity - extent.capacity();
        while (extents.free() < extra || moveTogether(extra, extent) < 0) {
            if (!cache.evictOldest()) {
                return false;
            }
        }
        extents.resize(extent, capacity);
        return true;
    }

    private int moveTogether(int need, @Nullable Extent before) {
        Extents.Window window = extents.cheapestMove(need, before);
        if (window == null) {
            return -1;
        }
        int place = extents.endBefore(window.first());
        for (int i = window.first(); i <= window.last(); i++) {
            Extent extent = extents.taken().get(i);
            slide(extent, place);
            place = extent.end();
        }
        return place;
    }

    private void slide(Extent extent, int place) {
        if (extent.start() != place && !tryCopy(extent.start(), place, extent.computed())) {
            extent.computed(0);
        }
        extent.moveTo(place);
    }
}
