package dev.piecewise.cli;

import dev.piecewise.training.TrainingSettings;
import dev.piecewise.training.TrainingSettings.Length;
import dev.piecewise.training.TrainingSettings.Optimizer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How several users' adapters or gates are trained. */
final class SharerTrainingOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private static final int CHECKPOINT_EVERY = 50;

    @Option(names = "--batch", paramLabel = "N", description = "Items of a step, for each user (${DEFAULT-VALUE}).")
    private int batch = 6;

    @Option(
            names = "--side-by-side",
            paramLabel = "N",
            description = "Users trained in one forward pass (${DEFAULT-VALUE}).")
    private int sideBySide = 8;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Longest item (${DEFAULT-VALUE}).")
    private int maxTokens = 512;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Of the clusters, the first A, the order of items and what is shared (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--recompute",
            description = "Computes layers again for the gradient: less memory, a third more time.")
    private boolean recompute;

    int maxTokens() {
        return maxTokens;
    }

    long seed() {
        return seed;
    }

    TrainingSettings settings(int steps, double learningRate, double weightDecay) {
        Usage.require(spec, steps >= 1, "--steps must be at least 1, not " + steps);
        Usage.require(spec, learningRate > 0, "--learning-rate must be positive, not " + learningRate);
        Usage.require(spec, batch >= 1, "--batch must be at least 1, not " + batch);
        Usage.require(spec, sideBySide >= 1, "--side-by-side must be at least 1, not " + sideBySide);
        Usage.require(spec, maxTokens >= 2, "--max-tokens must be at least 2, not " + maxTokens);
        return new TrainingSettings(
                new Length.Steps(steps),
                Optimizer.of(learningRate).withWeightDecay(weightDecay),
                batch,
                1,
                sideBySide,
                recompute,
                seed,
                CHECKPOINT_EVERY);
    }
}
