package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Site;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Breaks whole adapters into the pieces of a pool. Every sharer must have every site, but for those who agreed to share a part only. Adapters of lower rank than the
 * largest are filled up with zeros, which changes none of them; their scales are in B already, so the pool's alpha is its rank.
 */
public final class PoolImporter {
    private static final String WHAT = "pool";
    private static final int MAX_ID_LENGTH = 200;

    private final List<Contribution> contributions;
    private final int rank;
    private final double scale;
    private final Keys keys;

    private PoolImporter(List<Contribution> contributions, int rank, double scale) {
        this.contributions = contributions;
        this.rank = rank;
        this.scale = scale;
        this.keys = keys(contributions);
    }

    /** A pool of the base with this fingerprint; its sharers are in the order given. Keys are the gates where all sharers have them, else computed from the adapters. */
    public static Pool pool(String base, Merge merge, List<Contribution> contributions) {
        int rank = contributions.stream()
                .mapToInt(contribution -> contribution.adapter().rank())
                .max()
                .orElse(0);
        return pool(base, merge, contributions, rank, 1);
    }

    /** A pool of this rank, which is that of the widest adapter at least, whose {@code scale} is taken out of every B. */
    static Pool pool(String base, Merge merge, List<Contribution> contributions, int rank, double scale) {
        requireSharers(contributions);
        SortedSet<Site> sites = new TreeSet<>();
        contributions.forEach(
                contribution -> sites.addAll(contribution.adapter().sites().keySet()));
        PoolImporter importer = new PoolImporter(contributions, rank, scale);
        SortedMap<Site, PieceStack> stacks = new TreeMap<>();
        sites.forEach(site -> stacks.put(site, importer.stack(site)));
        List<Pool.Sharer> sharers = contributions.stream()
                .map(contribution -> new Pool.Sharer(
                        contribution.id(), contribution.items(), contribution.consent(), absent(contribution, sites)))
                .toList();
        requireWhole(sharers);
        Pool unnamed = new Pool("", base, rank, scale, merge, importer.keys, sharers, stacks);
        return unnamed.withHash(Fingerprints.pool(unnamed));
    }

    private static SortedSet<Site> absent(Contribution contribution, SortedSet<Site> sites) {
        SortedSet<Site> absent = new TreeSet<>(sites);
        absent.removeAll(contribution.adapter().sites().keySet());
        return absent;
    }

    /** Only who agreed to share a part may lack pieces; with anybody else it is a mistake. */
    static void requireWhole(List<Pool.Sharer> sharers) {
        for (Pool.Sharer sharer : sharers) {
            boolean part = sharer.consent().map(consent -> consent.ratio() < 1).orElse(false);
            if (!part && !sharer.absent().isEmpty()) {
                throw new BadFileException(
                        WHAT,
                        "sharer \"%s\" has no piece for site %s, which other sharers have; adapters of one pool must have the same target modules"
                                .formatted(sharer.id(), sharer.absent().first()));
            }
        }
    }

    private static void requireSharers(List<Contribution> contributions) {
        if (contributions.isEmpty()) {
            throw new BadFileException(WHAT, "has no sharer");
        }
        Set<String> ids = new HashSet<>();
        for (Contribution contribution : contributions) {
            String id = contribution.id();
            if (id.isBlank() || id.length() > MAX_ID_LENGTH || id.chars().anyMatch(Character::isISOControl)) {
                throw new BadFileException(WHAT, "sharer \"%s\" has a name that cannot be used".formatted(id));
            }
            if (!ids.add(id)) {
                throw new BadFileException(WHAT, "sharer \"%s\" is there twice".formatted(id));
            }
        }
    }

    private static Keys keys(List<Contribution> contributions) {
        long withGates = contributions.stream()
                .filter(contribution -> contribution.gates().isPresent())
                .count();
        if (withGates != 0 && withGates != contributions.size()) {
            String without = contributions.stream()
                    .filter(contribution -> contribution.gates().isEmpty())
                    .map(Contribution::id)
                    .findFirst()
                    .orElseThrow();
            throw new BadFileException(
                    WHAT,
                    "sharer \"%s\" has no gates but others do; give gates for all or for none".formatted(without));
        }
        return withGates == 0 ? Keys.ARROW : Keys.GATES;
    }

    private PieceStack stack(Site site) {
        Factors first = contributions.stream()
                .map(contribution -> contribution.adapter().sites().get(site))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        int sharers = contributions.size();
        int in = first.in();
        int out = first.out();
        float[] a = new float[Math.multiplyExact(sharers * rank, in)];
        float[] b = new float[Math.multiplyExact(sharers * rank, out)];
        float[] gate = new float[Math.multiplyExact(sharers, in)];
        for (int sharer = 0; sharer < sharers; sharer++) {
            Contribution contribution = contributions.get(sharer);
            Factors factors = contribution.adapter().sites().get(site);
            if (factors == null) {
                continue;
            }
            if (factors.in() != in || factors.out() != out) {
                throw new BadFileException(
                        WHAT, "sharer \"%s\" has another shape at site %s".formatted(contribution.id(), site));
            }
            System.arraycopy(factors.a(), 0, a, sharer * rank * in, factors.a().length);
            placeB(factors, b, sharer * out * rank);
            System.arraycopy(key(contribution, site, factors), 0, gate, sharer * in, in);
        }
        return new PieceStack(sharers, rank, in, out, a, b, gate);
    }

    /** Without the pool's scale, and with zeros where the adapter's rank is lower. */
    private void placeB(Factors factors, float[] target, int at) {
        for (int row = 0; row < factors.out(); row++) {
            for (int column = 0; column < factors.rank(); column++) {
                target[at + row * rank + column] = (float) (factors.b()[row * factors.rank() + column] / scale);
            }
        }
    }

    private float[] key(Contribution contribution, Site site, Factors factors) {
        Map<Site, float[]> gates = contribution.gates().orElse(new TreeMap<>());
        float[] gate = keys == Keys.ARROW ? ArrowKey.of(factors) : gates.get(site);
        if (gate == null || gate.length != factors.in()) {
            throw new BadFileException(
                    WHAT,
                    "sharer \"%s\" has no gate of %d values for site %s"
                            .formatted(contribution.id(), factors.in(), site));
        }
        return gate;
    }
}
