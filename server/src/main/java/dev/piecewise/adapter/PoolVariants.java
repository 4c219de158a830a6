package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a pool would be with other keys or with less in it, to find out what each is worth. In memory only: pieces are the pool's own and sharers keep their order, so a plan for a
 * variant runs on the pool; the hash says whose variant it is and is not that of the content.
 */
public final class PoolVariants {
    private PoolVariants() {}

    /** With keys of this kind. Gates cannot be had from a pool without them. */
    public static Pool withKeys(Pool pool, Keys keys) {
        if (pool.keys() == keys) {
            return pool;
        }
        if (keys == Keys.GATES) {
            throw new IllegalArgumentException("the pool has no gates");
        }
        SortedMap<Site, PieceStack> sites = new TreeMap<>();
        pool.sites().forEach((site, stack) -> sites.put(site, withArrowKeys(stack)));
        return of(pool, "arrow", keys, pool.sharers(), sites, Optional.empty());
    }

    /** With its keys alone. */
    public static Pool withoutForecast(Pool pool) {
        return of(pool, "keys alone", pool.keys(), pool.sharers(), pool.sites(), Optional.empty());
    }

    /** Of this sharer alone, and without a forecast. */
    public static Pool of(Pool pool, int sharer) {
        SortedMap<Site, PieceStack> sites = new TreeMap<>();
        pool.sites().forEach((site, stack) -> {
            if (pool.has(sharer, site)) {
                sites.put(site, stack.only(sharer));
            }
        });
        Pool.Sharer one = pool.sharers().get(sharer);
        Pool.Sharer whole = new Pool.Sharer(one.id(), one.items(), one.consent(), new TreeSet<>());
        return of(pool, "only " + one.id(), pool.keys(), List.of(whole), sites, Optional.empty());
    }

    /** Of each site so great a share of the pieces, rounded down but never none, drawn for each site apart. */
    public static Pool sharing(Pool pool, double share, long seed) {
        Random random = new Random(seed);
        int count = (int) Math.max(1, Math.floor(pool.sharers().size() * share));
        List<SortedSet<Site>> absent = nothing(pool);
        for (Site site : pool.sites().keySet()) {
            drawn(pool, count, random).forEach(sharer -> absent.get(sharer).add(site));
        }
        return of(
                pool,
                "share=" + share + ",seed=" + seed,
                pool.keys(),
                lacking(pool, absent),
                pool.sites(),
                pool.forecast());
    }

    /** Of so many sharers, drawn once for all sites. */
    public static Pool ofSharers(Pool pool, int count, long seed) {
        int most = Math.clamp(count, 1, pool.sharers().size());
        List<SortedSet<Site>> absent = nothing(pool);
        drawn(pool, most, new Random(seed))
                .forEach(sharer -> absent.get(sharer).addAll(pool.sites().keySet()));
        return of(
                pool,
                "sharers=" + most + ",seed=" + seed,
                pool.keys(),
                lacking(pool, absent),
                pool.sites(),
                pool.forecast());
    }

    /** Those who are left out when {@code count} are drawn. */
    private static List<Integer> drawn(Pool pool, int count, Random random) {
        List<Integer> sharers = new ArrayList<>();
        for (int i = 0; i < pool.sharers().size(); i++) {
            sharers.add(i);
        }
        Collections.shuffle(sharers, random);
        return sharers.subList(count, sharers.size());
    }

    private static List<SortedSet<Site>> nothing(Pool pool) {
        List<SortedSet<Site>> absent = new ArrayList<>();
        pool.sharers().forEach(sharer -> absent.add(new TreeSet<>(sharer.absent())));
        return absent;
    }

    private static List<Pool.Sharer> lacking(Pool pool, List<SortedSet<Site>> absent) {
        List<Pool.Sharer> sharers = new ArrayList<>();
        for (int i = 0; i < absent.size(); i++) {
            Pool.Sharer sharer = pool.sharers().get(i);
            sharers.add(new Pool.Sharer(sharer.id(), sharer.items(), sharer.consent(), absent.get(i)));
        }
        return sharers;
    }

    private static PieceStack withArrowKeys(PieceStack stack) {
        float[] keys = new float[stack.sharers() * stack.in()];
        for (int sharer = 0; sharer < stack.sharers(); sharer++) {
            Factors factors = new Factors(stack.rank(), stack.in(), stack.out(), stack.a(sharer), stack.b(sharer));
            System.arraycopy(ArrowKey.of(factors), 0, keys, sharer * stack.in(), stack.in());
        }
        return new PieceStack(stack.sharers(), stack.rank(), stack.in(), stack.out(), stack.a(), stack.b(), keys);
    }

    private static Pool of(
            Pool pool,
            String what,
            Keys keys,
            List<Pool.Sharer> sharers,
            SortedMap<Site, PieceStack> sites,
            Optional<GainForecast> forecast) {
        return new Pool(
                pool.hash() + " with " + what,
                pool.base(),
                pool.rank(),
                pool.scale(),
                pool.merge(),
                keys,
                sharers,
                sites,
                pool.withdrawn(),
                pool.earlier(),
                forecast);
    }
}
