package dev.piecewise.cli;

import dev.piecewise.training.TrainingSettings;
import dev.piecewise.training.TrainingSettings.Length;
import dev.piecewise.training.TrainingSettings.Optimizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of commands that train. Where none is given a command has defaults of its own. */
final class TrainingOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--steps", paramLabel = "N", description = "Updates; instead of --epochs.")
    private @Nullable Integer steps;

    @Option(names = "--epochs", paramLabel = "N", description = "Times through all examples.")
    private @Nullable Integer epochs;

    @Option(names = "--learning-rate", paramLabel = "X", description = "The highest rate of the schedule.")
    private @Nullable Double learningRate;

    @Option(names = "--warmup", paramLabel = "SHARE", description = "Share of the steps in which the rate rises.")
    private @Nullable Double warmup;

    @Option(names = "--weight-decay", paramLabel = "X", description = "AdamW's weight decay.")
    private @Nullable Double weightDecay;

    @Option(names = "--clip", paramLabel = "X", description = "Largest norm of the gradient, 0 for any.")
    private @Nullable Double clip;

    @Option(names = "--batch", paramLabel = "N", description = "Examples of a step.")
    private @Nullable Integer batch;

    @Option(
            names = "--accumulate",
            paramLabel = "N",
            description = "Parts that a batch is computed in, to save memory; 1.")
    private int accumulation = 1;

    @Option(
            names = "--recompute",
            description =
                    "Compute layers again for their gradients instead of keeping what they computed: for large bases.")
    private boolean recompute;

    @Option(names = "--seed", paramLabel = "S", description = "Of everything that is drawn; 1.")
    private long seed = 1;

    @Option(names = "--checkpoint-every", paramLabel = "N", description = "Steps between checkpoints; 50.")
    private int checkpointEvery = 50;

    /** What a command does where it is told nothing. */
    record Defaults(Length length, Optimizer optimizer, int batch) {}

    TrainingSettings settings(Defaults defaults) {
        if (steps != null && epochs != null) {
            throw new ParameterException(spec.commandLine(), "--steps and --epochs exclude each other");
        }
        try {
            return new TrainingSettings(
                    length(defaults.length()),
                    optimizer(defaults.optimizer()),
                    batch == null ? defaults.batch() : batch,
                    accumulation,
                    1,
                    recompute,
                    seed,
                    checkpointEvery);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private Length length(Length absent) {
        if (steps != null) {
            return new Length.Steps(steps);
        }
        return epochs == null ? absent : new Length.Epochs(epochs);
    }

    private Optimizer optimizer(Optimizer absent) {
        return new Optimizer(
                learningRate == null ? absent.learningRate() : learningRate,
                absent.beta1(),
                absent.beta2(),
                absent.epsilon(),
                weightDecay == null ? absent.weightDecay() : weightDecay,
                clip == null ? absent.clip() : clip,
                warmup == null ? absent.warmup() : warmup,
                absent.finalShare());
    }
}
