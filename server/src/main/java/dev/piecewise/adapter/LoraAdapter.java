package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.SortedMap;

/**
 * A whole LoRA adapter on the host: factors for some sites, under a fingerprint of their content.
 *
 * @param rank the largest of any site; as many bank columns as the adapter needs
 */
public record LoraAdapter(String fingerprint, SortedMap<Site, Factors> sites, int rank) {
    public LoraAdapter(String fingerprint, SortedMap<Site, Factors> sites) {
        this(fingerprint, sites, rank(sites));
    }

    public LoraAdapter {
        if (rank != rank(sites)) {
            throw new IllegalArgumentException("the largest rank is %d, not %d".formatted(rank(sites), rank));
        }
    }

    private static int rank(SortedMap<Site, Factors> sites) {
        return sites.values().stream().mapToInt(Factors::rank).max().orElse(0);
    }

    /** The factors of a site that the adapter has. */
    public Factors factors(Site site) {
        Factors factors = sites.get(site);
        if (factors == null) {
            throw new IllegalArgumentException("the adapter has no site " + site);
        }
        return factors;
    }

    public long bytes() {
        return sites.values().stream().mapToLong(Factors::bytes).sum();
    }
}
