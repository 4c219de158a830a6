package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Which pieces make up a user's adapter, per site, and with what weight; the weights of a site sum to 1. A few kilobytes: all that is kept of a user.
 *
 * @param base fingerprint of the base model
 * @param pool content hash of the pool
 * @param k pieces chosen per site and batch
 * @param items history items it was assembled from
 * @param guard what it was worth on newer items; empty where none were held out
 */
public record Plan(
        String base,
        String pool,
        Merge merge,
        int k,
        SortedMap<Site, List<Choice>> sites,
        int items,
        Instant created,
        Optional<Guard> guard) {

    /** A plan that nothing was held out for. */
    public Plan(
            String base,
            String pool,
            Merge merge,
            int k,
            SortedMap<Site, List<Choice>> sites,
            int items,
            Instant created) {
        this(base, pool, merge, k, sites, items, created, Optional.empty());
    }

    /** The same for another version of the pool. */
    Plan of(String version) {
        return new Plan(base, version, merge, k, sites, items, created, guard);
    }

    public Plan withGuard(Optional<Guard> found) {
        return new Plan(base, pool, merge, k, sites, items, created, found);
    }
}
