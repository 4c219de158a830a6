package dev.piecewise.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What of a prompt is in the arena already: in the extents of running sequences, or in cached prefixes, which are kept until their places are needed, the least
 * recently used going first.
 */
final class PrefixCache {
    /** A bound for the time that it takes to find the least recently used one. */
    private static final int MOST = 4096;

    private final Extents extents;
    private final PrefixTree cached = new PrefixTree();
    private final List<Extent> running = new ArrayList<>();
    private int places;
    private long tick;

    PrefixCache(Extents extents) {
        this.extents = extents;
    }

    /** Places of cached prefixes. */
    int places() {
        return places;
    }

    /** What a prompt shares most with. Its last token is never shared, as something must be computed to go on from. */
    Match longest(Sequence sequence) {
        TokenList tokens = sequence.tokens();
        PrefixTree.Found found = cached.longest(sequence.sharing(), tokens);
        Extent best = found.extent();
        int most = tokens.length() - 1;
        int shared = best == null ? 0 : Math.min(Math.min(found.common(), best.computed()), most);
        boolean whole = best != null && best.computed() <= found.common();
        int coming = 0;
        for (int i = 0; i < running.size(); i++) {
            Extent extent = running.get(i);
            if (extent.sharing().equals(sequence.sharing())) {
                int common = Math.min(extent.tokens().common(tokens), most);
                coming = Math.max(coming, common);
                if (Math.min(common, extent.computed()) > shared) {
                    shared = Math.min(common, extent.computed());
                    best = extent;
                    whole = false;
                }
            }
        }
        return shared < Match.SHORTEST ? new Match(null, 0, false, coming) : new Match(best, shared, whole, coming);
    }

    void touch(Extent extent) {
        extent.touch(++tick);
    }

    /** Lets others find the tokens of a running sequence's extent. */
    void share(Extent extent) {
        running.add(extent);
    }

    /** Keeps what an ended sequence computed; the rest of its extent is free at once. */
    void keep(Extent extent) {
        running.remove(extent);
        extents.resize(extent, extent.computed());
        extent.orphan();
        touch(extent);
        if (isCovered(extent)) {
            extents.remove(extent);
            return;
        }
        for (Extent shorter : cached.within(extent.sharing(), extent.tokens())) {
            evict(shorter);
        }
        if (cached.size() == MOST) {
            evictOldest();
        }
        cached.add(extent);
        places += extent.capacity();
    }

    /** Hands a cached prefix over to a sequence that goes on from it. */
    void handOver(Extent extent, Sequence sequence) {
        cached.remove(extent);
        places -= extent.capacity();
        extent.adopt(sequence);
        running.add(extent);
    }

    /** A cached prefix became so much larger, to be handed over. */
    void grown(int by) {
        places += by;
    }

    /** Frees the extent of a sequence and keeps nothing of it. */
    void drop(Extent extent) {
        running.remove(extent);
        extents.remove(extent);
    }

    /** Drops what holds a user's tokens; returns how many places that were. */
    int forget(String user) {
        return forget(extent -> extent.user().equals(user));
    }

    /** Drops what an adapter took part in; returns how many places that were. */
    int forgetAdapted() {
        return forget(Extent::adapted);
    }

    private int forget(Predicate<Extent> which) {
        int before = places;
        for (Extent extent : List.copyOf(extents.taken())) {
            if (extent.cached() && which.test(extent)) {
                evict(extent);
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
        evict(oldest);
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
            evict(extents.taken().get(window.first()));
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
            evict(taken.get(next));
        }
        return true;
    }

    /** Throws unless the books say what the extents say. */
    void audit() {
        int count = 0;
        int cachedPlaces = 0;
        for (Extent extent : extents.taken()) {
            if (extent.cached()) {
                count++;
                cachedPlaces += extent.capacity();
            }
        }
        for (Extent extent : running) {
            extents.index(extent);
        }
        if (count != cached.size() || cachedPlaces != places) {
            throw new IllegalStateException("%d prefixes with %d places are cached, the books say %d with %d"
                    .formatted(count, cachedPlaces, cached.size(), places));
        }
    }

    /** A prefix that stands whole in another one is not worth its places. */
    private boolean isCovered(Extent extent) {
        PrefixTree.Found found = cached.longest(extent.sharing(), extent.tokens());
        Extent other = found.extent();
        if (other == null || found.common() < extent.computed() || other.computed() < extent.computed()) {
            return false;
        }
        touch(other);
        return true;
    }

    private void evict(Extent extent) {
        cached.remove(extent);
        extents.remove(extent);
        places -= extent.capacity();
    }
}
