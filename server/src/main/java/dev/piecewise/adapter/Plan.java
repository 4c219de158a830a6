package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * Which pieces make up a user's adapter, per site, and with what weight; the weights of a site sum to 1. A few kilobytes: all that is kept of a user.
 *
 * @param base fingerprint of the base model
 * @param pool content hash of the pool
 * @param k pieces chosen per site and batch
 * @param items history items it was assembled from
 */
public record Plan(
        String base,
        String pool,
        Merge merge,
        int k,
        SortedMap<Site, List<Choice>> sites,
        int items,
        Instant created) {}
