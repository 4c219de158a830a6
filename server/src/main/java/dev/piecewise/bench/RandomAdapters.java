package dev.piecewise.bench;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PieceStack;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Adapters, pools and plans of random numbers, of the shapes that real ones have. */
final class RandomAdapters {
    static final Set<Projection> ATTENTION = EnumSet.of(Projection.Q, Projection.K, Projection.V, Projection.O);

    private static final int CHOSEN = 3;

    private final BankLayout layout;
    private final ModelConfig model;
    private final SplittableRandom random = new SplittableRandom(17);

    RandomAdapters(BankLayout layout) {
        this.layout = layout;
        model = layout.shape();
    }

    /** One adapter on all seven projections. */
    Adaptation.Merged merged(String name, int rank) {
        SortedMap<Site, Factors> sites = new TreeMap<>();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Projection projection : Projection.values()) {
                int in = model.in(projection);
                int out = model.out(projection);
                sites.put(
                        new Site(layer, projection),
                        new Factors(rank, in, out, numbers(rank * in), numbers(out * rank)));
            }
        }
        return new Adaptation.Merged(layout.image(new LoraAdapter(name, sites)));
    }

    /** Pieces of q, k, v and o. */
    Pool pool(String base, int sharers, int rank) {
        SortedMap<Site, PieceStack> sites = new TreeMap<>();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Projection projection : ATTENTION) {
                int in = model.in(projection);
                int out = model.out(projection);
                sites.put(
                        new Site(layer, projection),
                        new PieceStack(
                                sharers,
                                rank,
                                in,
                                out,
                                numbers(sharers * rank * in),
                                numbers(sharers * out * rank),
                                numbers(sharers * in)));
            }
        }
        List<Pool.Sharer> names = new ArrayList<>();
        for (int i = 0; i < sharers; i++) {
            names.add(new Pool.Sharer("sharer-" + i, 0));
        }
        return new Pool("random", base, rank, 1, Merge.PRODUCT, Keys.GATES, names, sites);
    }

    /** A plan that takes three pieces at every site. */
    Plan plan(Pool pool) {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        for (Site site : pool.sites().keySet()) {
            int first = random.nextInt(pool.sharers().size());
            List<Choice> choices = new ArrayList<>();
            for (int i = 0; i < CHOSEN; i++) {
                int sharer = (first + i * 7) % pool.sharers().size();
                choices.add(new Choice(pool.sharers().get(sharer).id(), 1.0 / CHOSEN));
            }
            sites.put(site, choices);
        }
        return new Plan(pool.base(), pool.hash(), Merge.PRODUCT, CHOSEN, sites, 50, Instant.EPOCH);
    }

    private float[] numbers(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextDouble() - 0.5) * 0.02f;
        }
        return values;
    }
}
