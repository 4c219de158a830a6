package dev.piecewise.cli;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.training.LoraShape;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What a LoRA that is trained looks like. */
final class LoraOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--rank", paramLabel = "R", description = "Rank of the LoRA's factors (${DEFAULT-VALUE}).")
    private int rank = 8;

    @Option(names = "--alpha", paramLabel = "X", description = "Updates are scaled by alpha / rank (${DEFAULT-VALUE}).")
    private double alpha = 8;

    @Option(
            names = {"--projections", "--targets"},
            paramLabel = "P",
            split = ",",
            converter = ProjectionConverter.class,
            description = "Adapted projections of every layer: q,k,v,o,gate,up,down (q,k,v,o).")
    private Set<Projection> projections = EnumSet.of(Projection.Q, Projection.K, Projection.V, Projection.O);

    void check() {
        Usage.atLeast(spec, 1, rank, "--rank");
        Usage.require(spec, alpha > 0, "--alpha must be positive, not " + alpha);
    }

    int rank() {
        return rank;
    }

    double alpha() {
        return alpha;
    }

    Set<Projection> projections() {
        return projections;
    }

    LoraShape shape(ModelConfig base, long seed) {
        return LoraShape.of(base, projections, rank, alpha, seed);
    }
}
