package dev.piecewise.engine;

import dev.piecewise.engine.PrefixIndex.Match;
import java.util.List;

/** The cached prefixes among the extents: kept until their places are needed, the least recently used going first. */
final class PrefixCache {
    /** More would make a look-up slow where many prompts begin alike. */
    private static final int MOST = 4096;

    private final Extents extents;
    private final PrefixIndex index = new PrefixIndex();
    private int count;
    private int places;
    private long tick;

    PrefixCache(Extents extents) {
        this.extents = extents;
    }

    /** Places of cached prefixes. */
    int places() {
        return places;
    }

    Match longest(Sequence sequence) {
        return index.longest(sequence.fingerprint(), sequence.tokens());
    }

    void touch(Extent extent) {
        extent.touch(++tick);
    }

    /** Lets others find the tokens of a running sequence's extent. */
    void share(Extent extent) {
        if (extent.tokens().length() >= PrefixIndex.SHORTEST) {
            index.add(extent);
        }
    }

    /** Keeps what an ended sequence computed; the rest of its extent is free at once. */
    void keep(Extent extent) {
        index.remove(extent);
        extents.resize(extent, extent.computed());
        extent.orphan();
        touch(extent);
        if (isCovered(extent)) {
            extents.remove(extent);
            return;
        }
        if (count == MOST) {
            evictOldest();
        }
        index.add(extent);
        count++;
        places += extent.capacity();
    }

    /** Hands a cached prefix over to a sequence that goes on from it. */
    void handOver(Extent extent, Sequence sequence) {
        index.remove(extent);
        count--;
        places -= extent.capacity();
        extent.adopt(sequence);
        index.add(extent);
    }

    /** A cached prefix became so much larger, to be handed over. */
    void grown(int by) {
        places += by;
    }

    /** Frees an extent, whether it is cached or a sequence's. */
    void drop(Extent extent) {
        index.remove(extent);
        extents.remove(extent);
        if (extent.cached()) {
            count--;
            places -= extent.capacity();
        }
    }

    /** Drops what holds a user's tokens; returns how many places that were. */
    int forget(String user) {
        int before = places;
        for (Extent extent : List.copyOf(extents.taken())) {
            if (extent.cached() && extent.user().equals(user)) {
                drop(extent);
            }
        }
        return before - places;
    }

    boolean evictOldest() {
        Extent oldest = null;
        for (Extent extent : extents.taken()) {
            if (extent.evictable() && (oldest == null || extent.lastUsed() < oldest.lastUsed())) {
                oldest = extent;
            }
        }
        if (oldest == null) {
            return false;
        }
        drop(oldest);
        return true;
    }

    /** Evicts the stalest neighbours that leave {@code need} free places together; returns where these start, -1 if running sequences are in the way everywhere. */
    int evictStretch(int need) {
        Extents.Window window = extents.stalest(need);
        if (window == null) {
            return -1;
        }
        int start = extents.endBefore(window.first());
        for (int i = window.first(); i <= window.last(); i++) {
            drop(extents.taken().get(window.first()));
        }
        return start;
    }

    /** Evicts what stands right after an extent until it has {@code room} free places after it; false and no change if running sequences are in the way. */
    boolean tryEvictAfter(Extent extent, int room) {
        List<Extent> taken = extents.taken();
        int next = extents.index(extent) + 1;
        int last = next;
        while (last < taken.size() && taken.get(last).evictable()) {
            last++;
        }
        int end = last == taken.size() ? extents.places() : taken.get(last).start();
        if (end - extent.end() < room) {
            return false;
        }
        while (extents.roomAfter(extent) < room) {
            drop(taken.get(next));
        }
        return true;
    }

    /** Throws unless the books say what the extents say. */
    void audit() {
        int cached = 0;
        int cachedPlaces = 0;
        int indexed = 0;
        for (Extent extent : extents.taken()) {
            indexed += index.alike(extent.fingerprint(), extent.tokens()).contains(extent) ? 1 : 0;
            cached += extent.cached() ? 1 : 0;
            cachedPlaces += extent.cached() ? extent.capacity() : 0;
        }
        if (cached != count || cachedPlaces != places || indexed != index.size()) {
            throw new IllegalStateException("%d extents with %d places are cached, %d indexed; the books say %d, %d, %d"
                    .formatted(cached, cachedPlaces, indexed, count, places, index.size()));
        }
    }

    /** A prefix that stands whole in another one is not worth its places. */
    private boolean isCovered(Extent extent) {
        for (Extent other : List.copyOf(index.alike(extent.fingerprint(), extent.tokens()))) {
            if (!other.evictable()) {
                continue;
            }
            int common = extent.tokens().common(other.tokens());
            if (common >= extent.computed() && other.computed() >= extent.computed()) {
                touch(other);
                return true;
            }
            if (common >= other.computed()) {
                drop(other);
            }
        }
        return false;
    }
}
