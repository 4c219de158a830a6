package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Site;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Pools made from others: a sharer comes, goes or agrees. Nobody else's pieces change by a bit, and they stay where they are until the new pool is written. */
public final class PoolEdits {
    private static final String WHAT = "pool";

    private PoolEdits() {}

    /** With one more sharer, last in order. A rank below the pool's is filled up with zeros. */
    public static Pool with(Pool pool, Contribution newcomer) {
        if (pool.indexOf(newcomer.id()) >= 0) {
            throw new BadFileException(
                    WHAT, "has sharer \"%s\" already; withdraw the old pieces first".formatted(newcomer.id()));
        }
        if (newcomer.adapter().rank() > pool.rank()) {
            throw new BadFileException(
                    WHAT,
                    "is of rank %d, and sharer \"%s\" of rank %d"
                            .formatted(
                                    pool.rank(),
                                    newcomer.id(),
                                    newcomer.adapter().rank()));
        }
        Pool single = PoolImporter.pool(pool.base(), pool.merge(), List.of(newcomer), pool.rank(), pool.scale());
        if (single.keys() != pool.keys()) {
            throw new BadFileException(
                    WHAT,
                    "has keys from %s, and sharer \"%s\" has %s gates"
                            .formatted(pool.keys().wire(), newcomer.id(), single.keys() == Keys.GATES ? "" : "no"));
        }
        return joined(pool, single, newcomer.forecast());
    }

    /** Without this sharer, which the pool remembers. Sites that nobody else has a piece for go too. */
    public static Pool without(Pool pool, String sharer, Instant at) {
        int index = require(pool, sharer);
        if (pool.sharers().size() == 1) {
            throw new BadFileException(WHAT, "has no other sharer than \"%s\"".formatted(sharer));
        }
        List<Pool.Sharer> rest = new ArrayList<>(pool.sharers());
        rest.remove(index);
        SortedMap<Site, PieceStack> sites = new TreeMap<>();
        pool.sites().forEach((site, stack) -> {
            if (rest.stream().anyMatch(other -> !other.absent().contains(site))) {
                sites.put(site, stack.without(index));
            }
        });
        List<Pool.Withdrawal> withdrawn = new ArrayList<>(pool.withdrawn());
        withdrawn.add(new Pool.Withdrawal(sharer, at));
        return of(pool, rest, sites, withdrawn, pool.forecast().map(forecast -> forecast.without(index)));
    }

    /** With this forecast of its sharers. */
    public static Pool foreseen(Pool pool, GainForecast forecast) {
        return named(pool.withForecast(Optional.of(forecast)));
    }

    /** Only these sharers of a version, under its name: what of it can be served. Sites that none of them has a piece for go too. */
    public static Pool among(Pool pool, Set<String> kept) {
        Optional<GainForecast> forecast = pool.forecast();
        for (int i = pool.sharers().size() - 1; i >= 0; i--) {
            int index = i;
            forecast = kept.contains(pool.sharers().get(i).id())
                    ? forecast
                    : forecast.map(foreseen -> foreseen.without(index));
        }
        List<Pool.Sharer> rest = pool.sharers().stream()
                .filter(sharer -> kept.contains(sharer.id()))
                .toList();
        SortedMap<Site, PieceStack> sites = new TreeMap<>();
        pool.sites().forEach((site, stack) -> {
            if (rest.stream().anyMatch(sharer -> !sharer.absent().contains(site))) {
                PieceStack left = stack;
                for (int i = pool.sharers().size() - 1; i >= 0; i--) {
                    left = kept.contains(pool.sharers().get(i).id()) ? left : left.without(i);
                }
                sites.put(site, left);
            }
        });
        return new Pool(
                pool.hash(),
                pool.base(),
                pool.rank(),
                pool.scale(),
                pool.merge(),
                pool.keys(),
                within(rest, sites),
                sites,
                pool.withdrawn(),
                pool.earlier(),
                forecast);
    }

    /** With this consent noted for all who have none; the ratio must be 1, since nothing is taken away here. */
    public static Pool agreed(Pool pool, Consent consent) {
        if (consent.ratio() < 1) {
            throw new IllegalArgumentException("a share ratio is for pieces that are not in a pool yet");
        }
        if (pool.sharers().stream().allMatch(sharer -> sharer.consent().isPresent())) {
            return pool;
        }
        List<Pool.Sharer> sharers = pool.sharers().stream()
                .map(sharer -> sharer.consent().isPresent()
                        ? sharer
                        : new Pool.Sharer(sharer.id(), sharer.items(), Optional.of(consent), sharer.absent()))
                .toList();
        return of(pool, sharers, pool.sites(), pool.withdrawn(), pool.forecast());
    }

    /** Somebody who comes back is withdrawn no more. */
    private static Pool joined(Pool pool, Pool single, Optional<float[]> forecast) {
        SortedSet<Site> union = new TreeSet<>(pool.sites().keySet());
        union.addAll(single.sites().keySet());
        SortedMap<Site, PieceStack> sites = new TreeMap<>();
        for (Site site : union) {
            sites.put(site, PieceStack.concat(List.of(stack(pool, single, site), stack(single, pool, site))));
        }
        List<Pool.Sharer> sharers = new ArrayList<>();
        pool.sharers().forEach(sharer -> sharers.add(lacking(sharer, pool, union)));
        Pool.Sharer newcomer = single.sharers().getFirst();
        sharers.add(lacking(newcomer, single, union));
        PoolImporter.requireWhole(sharers);
        List<Pool.Withdrawal> withdrawn = pool.withdrawn().stream()
                .filter(withdrawal -> !withdrawal.id().equals(newcomer.id()))
                .toList();
        return of(pool, sharers, sites, withdrawn, pool.forecast().map(others -> others.and(forecast)));
    }

    private static PieceStack stack(Pool pool, Pool other, Site site) {
        PieceStack own = pool.sites().get(site);
        PieceStack shape = own == null ? other.stack(site) : own;
        PieceStack others = other.sites().getOrDefault(site, shape);
        if (others.in() != shape.in() || others.out() != shape.out()) {
            throw new BadFileException(WHAT, "has pieces of another shape at site " + site);
        }
        return own == null ? PieceStack.zeros(pool.sharers().size(), pool.rank(), shape.in(), shape.out()) : own;
    }

    private static Pool.Sharer lacking(Pool.Sharer sharer, Pool pool, SortedSet<Site> union) {
        SortedSet<Site> absent = new TreeSet<>(union);
        absent.removeAll(pool.sites().keySet());
        absent.addAll(sharer.absent());
        return new Pool.Sharer(sharer.id(), sharer.items(), sharer.consent(), absent);
    }

    private static int require(Pool pool, String sharer) {
        int index = pool.indexOf(sharer);
        if (index < 0) {
            throw new BadFileException(WHAT, "has no sharer \"%s\"".formatted(sharer));
        }
        return index;
    }

    private static Pool of(
            Pool pool,
            List<Pool.Sharer> sharers,
            SortedMap<Site, PieceStack> sites,
            List<Pool.Withdrawal> withdrawn,
            Optional<GainForecast> forecast) {
        List<String> earlier = new ArrayList<>(pool.earlier());
        earlier.remove(pool.hash());
        earlier.add(pool.hash());
        return named(new Pool(
                "",
                pool.base(),
                pool.rank(),
                pool.scale(),
                pool.merge(),
                pool.keys(),
                within(sharers, sites),
                sites,
                withdrawn,
                earlier,
                forecast));
    }

    private static Pool named(Pool unnamed) {
        return unnamed.withHash(Fingerprints.pool(unnamed));
    }

    private static List<Pool.Sharer> within(List<Pool.Sharer> sharers, SortedMap<Site, PieceStack> sites) {
        return sharers.stream()
                .map(sharer -> {
                    SortedSet<Site> absent = new TreeSet<>(sharer.absent());
                    absent.retainAll(sites.keySet());
                    return new Pool.Sharer(sharer.id(), sharer.items(), sharer.consent(), absent);
                })
                .toList();
    }
}
