package dev.piecewise.engine;

import java.util.Collection;

/** Who has which places of the KV arena, and what of a prompt is there already. */
final class KvBooks {
    private final EngineLimits limits;
    private final Extents extents;
    private final PrefixCache cache;
    private final KvRoom room;

    KvBooks(ModelRunner runner, EngineLimits limits) {
        this.limits = limits;
        extents = new Extents(runner.limits().kvPlaces());
        cache = new PrefixCache(extents);
        room = new KvRoom(runner, extents, cache);
    }

    int usedPlaces() {
        return extents.places() - extents.free() - cache.places();
    }

    int cachedPlaces() {
        return cache.places();
    }

    /** Whether enough of a prompt is just being computed by a running sequence that waiting for it saves work. */
    boolean prefixIsComing(Sequence sequence) {
        if (!reuses(sequence)) {
            return false;
        }
        Match match = cache.longest(sequence);
        return match.coming() - match.shared() >= Match.SHORTEST;
    }

    /** Gives a sequence its extent, with as much of its prompt in it as is there already; false if there is no room. */
    boolean tryAdmit(Sequence sequence) {
        int need = sequence.placesWanted(limits.growth());
        Match match = reuses(sequence) ? cache.longest(sequence) : Match.NONE;
        Extent source = match.extent();
        if (source == null) {
            int start = room.take(need, null);
            return start >= 0 && place(new Extent(start, need, sequence), sequence);
        }
        cache.touch(source);
        if (match.whole()) {
            return tryAdopt(source, sequence, match.shared(), need);
        }
        int start = room.take(need, source);
        if (start >= 0) {
            return place(copyOf(source, match.shared(), new Extent(start, need, sequence)), sequence);
        }
        // Room that only the cached prefix itself has: it would have to go anyway.
        return source.cached() && tryAdopt(source, sequence, match.shared(), need);
    }

    /** Makes a running sequence's extent large enough for its tokens; false if only preempting helps. */
    boolean tryGrow(Sequence sequence) {
        int need = sequence.tokens().length();
        Extent extent = sequence.extent();
        return extent.capacity() >= need || room.tryGrow(extent, need, sequence.placesWanted(limits.growth()));
    }

    /** Takes an ended sequence's extent back; what it computed stays as a cached prefix. */
    void retire(Extent extent) {
        if (limits.prefixCache() && extent.computed() >= Match.SHORTEST) {
            cache.keep(extent);
        } else {
            cache.drop(extent);
        }
    }

    void drop(Extent extent) {
        cache.drop(extent);
    }

    /** Drops the cached prefixes that hold a user's tokens; returns how many places that were. */
    int forget(String user) {
        return cache.forget(user);
    }

    /** Drops the cached prefixes that an adapter took part in. */
    void forgetAdapted() {
        cache.forgetAdapted();
    }

    /** Throws unless all places are free, cached, or used by exactly these sequences. */
    void audit(Collection<Sequence> running) {
        extents.audit();
        cache.audit();
        int owned = 0;
        for (Extent extent : extents.taken()) {
            Sequence owner = extent.owner();
            if (owner == null) {
                continue;
            }
            owned++;
            if (!running.contains(owner) || owner.extent() != extent || extent.tokens() != owner.tokens()) {
                throw new IllegalStateException(
                        "the extent at %d belongs to no running sequence".formatted(extent.start()));
            }
        }
        if (owned != running.size()) {
            throw new IllegalStateException("%d extents for %d running sequences".formatted(owned, running.size()));
        }
    }

    private boolean reuses(Sequence sequence) {
        return limits.prefixCache() && !sequence.scoresPrompt();
    }

    private Extent copyOf(Extent source, int shared, Extent copy) {
        int there = Math.min(shared, source.computed());
        copy.computed(room.tryCopy(source.start(), copy.start(), there) ? there : 0);
        return copy;
    }

    private boolean place(Extent extent, Sequence sequence) {
        extents.add(extent);
        if (limits.prefixCache()) {
            cache.share(extent);
        }
        sequence.place(extent);
        return true;
    }

    private boolean tryAdopt(Extent extent, Sequence sequence, int shared, int need) {
        int before = extent.capacity();
        if (before < need) {
            extent.pin(true);
            boolean fits = room.tryGrow(extent, need, need);
            extent.pin(false);
            if (!fits) {
                return false;
            }
            cache.grown(need - before);
        }
        cache.handOver(extent, sequence);
        extents.resize(extent, need);
        extent.computed(Math.min(shared, extent.computed()));
        sequence.place(extent);
        return true;
    }
}
