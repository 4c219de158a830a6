package dev.piecewise.adapter;

import dev.piecewise.checkpoint.ContentHash;
import dev.piecewise.checkpoint.Site;
import java.util.Collection;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Function;

/** What adapters, pools and merged plans are known by: hashes of content, never of names or places. */
public final class Fingerprints {
    private Fingerprints() {}

    /** Of a whole adapter: its base and all its factors. */
    public static String adapter(String base, SortedMap<Site, Factors> sites) {
        return adapter(base, sites.keySet(), site -> Objects.requireNonNull(sites.get(site)));
    }

    /** As {@link #adapter(String, SortedMap)}, with one site's factors in memory at a time; the sites in their order. */
    static String adapter(String base, Collection<Site> sites, Function<Site, Factors> read) {
        ContentHash hash = new ContentHash("adapter").put(base).put(sites.size());
        for (Site site : sites) {
            Factors factors = read.apply(site);
            hash.put(site.toString())
                    .put(factors.rank())
                    .put(factors.in())
                    .put(factors.out())
                    .put(factors.a())
                    .put(factors.b());
        }
        return hash.finish();
    }

    /** Of a pool: everything that decides what its pieces do, and whose they are. */
    static String pool(Pool pool) {
        ContentHash hash = new ContentHash("pool")
                .put(pool.base())
                .put(pool.rank())
                .put((float) (pool.scale() * pool.rank()))
                .put(pool.keys().wire())
                .put(pool.sharers().size());
        pool.sharers().forEach(sharer -> hash.put(sharer.id()).put(sharer.items()));
        putAgreements(hash, pool);
        hash.put(pool.sites().size());
        pool.sites().forEach((site, stack) -> {
            hash.put(site.toString()).put(stack.in()).put(stack.out());
            for (int sharer = 0; sharer < stack.sharers(); sharer++) {
                hash.put(stack.a(sharer)).put(stack.b(sharer)).put(stack.gate(sharer));
            }
        });
        pool.forecast().ifPresent(forecast -> {
            hash.put("forecast");
            for (float scale : forecast.scales()) {
                hash.put(scale);
            }
            hash.put(forecast.states()).put(forecast.errors()).put(forecast.weights());
        });
        return hash.finish();
    }

    /** Of what one sharer gave, by their number in the pool's order. */
    public static String pieces(Pool pool, int sharer) {
        ContentHash hash = new ContentHash("pieces").put(pool.rank()).put(pool.scale());
        pool.sites().forEach((site, stack) -> {
            if (pool.has(sharer, site)) {
                hash.put(site.toString())
                        .put(stack.in())
                        .put(stack.out())
                        .put(stack.a(sharer))
                        .put(stack.b(sharer));
            }
        });
        return hash.finish();
    }

    /** Pools from before there were consents and withdrawals keep the hash they have. */
    private static void putAgreements(ContentHash hash, Pool pool) {
        for (Pool.Sharer sharer : pool.sharers()) {
            sharer.consent()
                    .ifPresent(consent -> hash.put("consent")
                            .put(sharer.id())
                            .put(consent.by())
                            .put(consent.at().toString())
                            .put(consent.ratio()));
            if (!sharer.absent().isEmpty()) {
                hash.put("absent").put(sharer.id()).put(sharer.absent().size());
                sharer.absent().forEach(site -> hash.put(site.toString()));
            }
        }
        pool.earlier().forEach(version -> hash.put("earlier").put(version));
        pool.withdrawn()
                .forEach(withdrawal -> hash.put("withdrawn")
                        .put(withdrawal.id())
                        .put(withdrawal.at().toString()));
    }

    /** Of what a plan makes of its pool; that the pieces are in the pool's hash leaves the weights and the way of merging to be hashed. */
    static String merged(Plan plan, Merge merge) {
        ContentHash hash =
                new ContentHash("merged").put(plan.base()).put(plan.pool()).put(merge.wire());
        plan.sites().forEach((site, choices) -> {
            hash.put(site.toString()).put(choices.size());
            choices.forEach(choice -> hash.put(choice.sharer()).put(choice.weight()));
        });
        return hash.finish();
    }
}
