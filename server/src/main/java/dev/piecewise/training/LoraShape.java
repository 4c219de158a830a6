package dev.piecewise.training;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which sites get LoRA factors and of what kind. All users start from one A0, uniform within 1 / sqrt(in) and drawn by {@code seed}, and B = 0.
 *
 * @param alpha updates are scaled by alpha / rank
 */
public record LoraShape(SortedSet<Site> sites, int rank, double alpha, long seed) {
    public LoraShape {
        if (sites.isEmpty() || rank < 1 || alpha <= 0) {
            throw new IllegalArgumentException(
                    "%d sites of rank %d with alpha %s cannot be trained".formatted(sites.size(), rank, alpha));
        }
    }

    /** These projections of every layer. */
    public static LoraShape of(ModelConfig base, Set<Projection> projections, int rank, double alpha, long seed) {
        SortedSet<Site> sites = new TreeSet<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Projection projection : projections) {
                sites.add(new Site(layer, projection));
            }
        }
        return new LoraShape(sites, rank, alpha, seed);
    }

    public double scale() {
        return alpha / rank;
    }
}
