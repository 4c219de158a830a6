package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Site;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Breaks whole adapters into the pieces of a pool. Every sharer must have every site. Adapters of lower rank than the largest are filled up with zeros, which changes
 * none of them; their scales are in B already, so the pool's alpha is its rank.
 */
public final class PoolImporter {
    private static final String WHAT = "pool";
    private static final int MAX_ID_LENGTH = 200;

    private final List<Contribution> contributions;
    private final int rank;
    private final Keys keys;

    private PoolImporter(List<Contribution> contributions) {
        this.contributions = contributions;
        this.rank = contributions.stream()
                .mapToInt(contribution -> contribution.adapter().rank())
                .max()
                .orElse(0);
        this.keys = keys(contributions);
    }

    /** A pool of the base with this fingerprint; its sharers are in the order given. Keys are the gates where all sharers have them, else computed from the adapters. */
    public static Pool pool(String base, Merge merge, List<Contribution> contributions) {
        requireSharers(contributions);
        SortedSet<Site> sites = new TreeSet<>();
        contributions.forEach(
                contribution -> sites.addAll(contribution.adapter().sites().keySet()));
        PoolImporter importer = new PoolImporter(contributions);
        SortedMap<Site, PieceStack> stacks = new TreeMap<>();
        sites.forEach(site -> stacks.put(site, importer.stack(site)));
        List<Pool.Sharer> sharers = contributions.stream()
                .map(contribution -> new Pool.Sharer(contribution.id(), contribution.items()))
                .toList();
        Pool unnamed = new Pool("", base, importer.rank, 1, merge, importer.keys, sharers, stacks);
        return unnamed.withHash(Fingerprints.pool(unnamed));
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
        Factors first = factors(contributions.getFirst(), site);
        int sharers = contributions.size();
        int in = first.in();
        int out = first.out();
        float[] a = new float[Math.multiplyExact(sharers * rank, in)];
        float[] b = new float[Math.multiplyExact(sharers * rank, out)];
        float[] gate = new float[Math.multiplyExact(sharers, in)];
        for (int sharer = 0; sharer < sharers; sharer++) {
            Contribution contribution = contributions.get(sharer);
            Factors factors = factors(contribution, site);
            if (factors.in() != in || factors.out() != out) {
                throw new BadFileException(
                        WHAT, "sharer \"%s\" has another shape at site %s".formatted(contribution.id(), site));
            }
            System.arraycopy(factors.a(), 0, a, sharer * rank * in, factors.a().length);
            for (int row = 0; row < out; row++) {
                System.arraycopy(factors.b(), row * factors.rank(), b, (sharer * out + row) * rank, factors.rank());
            }
            System.arraycopy(key(contribution, site, factors), 0, gate, sharer * in, in);
        }
        return new PieceStack(sharers, rank, in, out, a, b, gate);
    }

    private static Factors factors(Contribution contribution, Site site) {
        Factors factors = contribution.adapter().sites().get(site);
        if (factors == null) {
            throw new BadFileException(
                    WHAT,
                    "sharer \"%s\" has no piece for site %s, which other sharers have; adapters of one pool must have the same target modules"
                            .formatted(contribution.id(), site));
        }
        return factors;
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
