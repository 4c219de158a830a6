package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.SortedMap;

/** A whole LoRA adapter on the host: factors for some sites, under a fingerprint of their content. */
public record LoraAdapter(String fingerprint, SortedMap<Site, Factors> sites) {
    /** The factors of a site that the adapter has. */
    public Factors factors(Site site) {
        Factors factors = sites.get(site);
        if (factors == null) {
            throw new IllegalArgumentException("the adapter has no site " + site);
        }
        return factors;
    }

    /** The largest rank of any site; as many bank columns as the adapter needs. */
    public int rank() {
        return sites.values().stream().mapToInt(Factors::rank).max().orElse(0);
    }

    public long bytes() {
        return sites.values().stream().mapToLong(Factors::bytes).sum();
    }
}
