package dev.piecewise.adapter;

import dev.piecewise.checkpoint.ContentHash;
import dev.piecewise.checkpoint.Site;
import java.util.SortedMap;

/** What adapters, pools and merged plans are known by: hashes of content, never of names or places. */
public final class Fingerprints {
    private Fingerprints() {}

    /** Of a whole adapter: its base and all its factors. */
    public static String adapter(String base, SortedMap<Site, Factors> sites) {
        ContentHash hash = new ContentHash("adapter").put(base).put(sites.size());
        sites.forEach((site, factors) -> hash.put(site.toString())
                .put(factors.rank())
                .put(factors.in())
                .put(factors.out())
                .put(factors.a())
                .put(factors.b()));
        return hash.finish();
    }
}
