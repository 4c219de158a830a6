package dev.piecewise.checkpoint;

/** Rotary position embedding: how positions become angles. Sources: Hugging Face transformers' {@code modeling_rope_utils}, YaRN (2309.00071). */
public sealed interface Rope {
    double theta();

    record Default(double theta) implements Rope {}

    record Linear(double theta, double factor) implements Rope {}

    /** Frequencies follow the sequence's length once it exceeds {@code maxPositions} (NTK-aware scaling). */
    record Dynamic(double theta, double factor, int maxPositions) implements Rope {}

    record Llama3(double theta, double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions)
            implements Rope {}

    record Yarn(
            double theta,
            double factor,
            double betaFast,
            double betaSlow,
            double attentionFactor,
            int originalMaxPositions,
            boolean truncate)
            implements Rope {}
}
