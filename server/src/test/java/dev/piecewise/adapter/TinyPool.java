package dev.piecewise.adapter;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Seeded random adapters and pools for a tiny base model. */
public final class TinyPool {
    private TinyPool() {}

    /** An adapter of the given rank for these projections of every layer. */
    public static LoraAdapter adapter(ModelConfig base, int rank, long seed, Projection... projections) {
        Random random = new Random(seed);
        SortedMap<Site, Factors> sites = new TreeMap<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Projection projection : projections) {
                int in = base.in(projection);
                int out = base.out(projection);
                float[] a = TinyModel.randomValues(random, rank, in);
                float[] b = TinyModel.randomValues(random, out, rank);
                sites.put(new Site(layer, projection), new Factors(rank, in, out, a, b));
            }
        }
        return new LoraAdapter(Fingerprints.adapter("base", sites), sites);
    }

    public static Contribution contribution(String id, LoraAdapter adapter) {
        return new Contribution(id, 0, adapter, Optional.empty());
    }

    /** Sharers "s0", "s1", ... with pieces of rank 2 for the queries and the down projections of every layer. */
    public static Pool pool(ModelConfig base, int sharers) {
        List<Contribution> contributions = new ArrayList<>();
        for (int i = 0; i < sharers; i++) {
            contributions.add(contribution("s" + i, adapter(base, 2, i, Projection.Q, Projection.DOWN)));
        }
        return PoolImporter.pool("base", Merge.PRODUCT, contributions);
    }
}
