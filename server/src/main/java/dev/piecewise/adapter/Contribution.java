package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What one sharer gives to a pool.
 *
 * @param id the sharer's name in the pool
 * @param items how many history items the adapter was trained from, 0 when unknown
 * @param gates a trained gate for each of the adapter's sites, of the site's input width
 */
public record Contribution(String id, int items, LoraAdapter adapter, Optional<SortedMap<Site, float[]>> gates) {}
