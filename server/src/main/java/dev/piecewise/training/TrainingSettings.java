package dev.piecewise.training;

/**
 * How long and how training goes.
 *
 * @param length optimizer steps, or times through all examples
 * @param batch examples of one step, of each user where several train side by side
 * @param accumulation parts that a batch is computed in one after the other, to save memory
 * @param sideBySide users trained in one batch at most
 * @param recompute whether a layer's inner values are computed again for the gradient instead of kept: less memory, a third more time
 * @param seed of the order of examples
 * @param checkpointEvery steps between checkpoints
 */
public record TrainingSettings(
        Length length,
        Optimizer optimizer,
        int batch,
        int accumulation,
        int sideBySide,
        boolean recompute,
        long seed,
        int checkpointEvery) {

    public TrainingSettings {
        if (batch < 1 || accumulation < 1 || accumulation > batch || sideBySide < 1 || checkpointEvery < 1) {
            throw new IllegalArgumentException("batch %d in %d parts, %d users, a checkpoint every %d steps"
                    .formatted(batch, accumulation, sideBySide, checkpointEvery));
        }
    }

    /** As Per-Pcs trains a sharer's LoRA, with a learning rate for small bases: 100 steps of 6 examples. */
    public static TrainingSettings lora(Length length, double learningRate, long seed) {
        return new TrainingSettings(length, Optimizer.of(learningRate), 6, 1, 8, false, seed, 100);
    }

    /** When training ends. */
    public sealed interface Length {
        /** So many optimizer steps, for every user. */
        record Steps(int count) implements Length {}

        /** So many times through the examples; each user's own number of steps. */
        record Epochs(int count) implements Length {}

        /** Steps for so many examples in batches of this size. */
        default int steps(int examples, int batch) {
            return switch (this) {
                case Steps(int count) -> count;
                case Epochs(int count) -> Math.toIntExact(Math.ceilDiv((long) examples * count, batch));
            };
        }
    }

    /**
     * AdamW with clipping of the global norm (each user's own where several train side by side) and a rate that rises linearly over the warm-up and falls as half a cosine
     * to {@code finalShare} of its peak.
     *
     * @param clip largest norm of the gradient, 0 for any
     * @param warmup share of the steps
     */
    public record Optimizer(
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double clip,
            double warmup,
            double finalShare) {

        /** Betas .9 and .95, weight decay .01, clip .3, no warm-up, down to 0: as Per-Pcs. */
        public static Optimizer of(double learningRate) {
            return new Optimizer(learningRate, 0.9, 0.95, 1e-8, 0.01, 0.3, 0, 0);
        }

        public Optimizer withWeightDecay(double decay) {
            return new Optimizer(learningRate, beta1, beta2, epsilon, decay, clip, warmup, finalShare);
        }

        public Optimizer withClip(double norm) {
            return new Optimizer(learningRate, beta1, beta2, epsilon, weightDecay, norm, warmup, finalShare);
        }

        public Optimizer withSchedule(double warmupShare, double lastShare) {
            return new Optimizer(learningRate, beta1, beta2, epsilon, weightDecay, clip, warmupShare, lastShare);
        }

        /** The rate of a step, the first being 0, of so many. */
        public double rate(int step, int steps) {
            double rising = warmup * steps;
            if (step < rising) {
                return learningRate * (step + 1) / Math.max(1, rising);
            }
            double passed = (step - rising) / Math.max(1, steps - rising);
            return learningRate * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, passed))));
        }
    }
}
