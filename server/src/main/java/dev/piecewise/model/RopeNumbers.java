package dev.piecewise.model;

import dev.piecewise.checkpoint.Rope;

/**
 * Rotary frequencies in the form that the script takes. Formulas: Hugging Face transformers, modeling_rope_utils; YaRN is 2309.00071, eq. 17 to 22.
 *
 * @param inverseFrequencies head_dim / 2 values
 * @param attentionFactor what cosines and sines are multiplied by
 * @param scaling {@code [0]}, or {@code [1, theta, factor, max positions]} when frequencies follow the sequence's length
 */
record RopeNumbers(float[] inverseFrequencies, double attentionFactor, double[] scaling) {
    private static final double[] FIXED = {0, 0, 0, 0};

    static RopeNumbers of(Rope rope, int headDim) {
        float[] plain = plain(rope.theta(), headDim);
        return switch (rope) {
            case Rope.Default _ -> new RopeNumbers(plain, 1, FIXED);
            case Rope.Linear linear -> new RopeNumbers(divided(plain, linear.factor()), 1, FIXED);
            case Rope.Dynamic dynamic ->
                new RopeNumbers(plain, 1, new double[] {1, dynamic.theta(), dynamic.factor(), dynamic.maxPositions()});
            case Rope.Llama3 llama3 -> new RopeNumbers(llama3(plain, llama3), 1, FIXED);
            case Rope.Yarn yarn -> new RopeNumbers(yarn(plain, yarn, headDim), yarn.attentionFactor(), FIXED);
        };
    }

    private static float[] plain(double theta, int headDim) {
        float[] inverse = new float[headDim / 2];
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = (float) (1 / Math.pow(theta, 2.0 * i / headDim));
        }
        return inverse;
    }

    private static float[] divided(float[] inverse, double factor) {
        float[] scaled = new float[inverse.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (inverse[i] / factor);
        }
        return scaled;
    }

    private static float[] llama3(float[] inverse, Rope.Llama3 rope) {
        float[] scaled = new float[inverse.length];
        for (int i = 0; i < scaled.length; i++) {
            double rotations = rope.originalMaxPositions() * inverse[i] / (2 * Math.PI);
            double smooth = (rotations - rope.lowFreqFactor()) / (rope.highFreqFactor() - rope.lowFreqFactor());
            double kept = Math.clamp(smooth, 0, 1);
            scaled[i] = (float) ((1 - kept) * inverse[i] / rope.factor() + kept * inverse[i]);
        }
        return scaled;
    }

    private static float[] yarn(float[] inverse, Rope.Yarn rope, int headDim) {
        double low = correction(rope.betaFast(), rope, headDim);
        double high = correction(rope.betaSlow(), rope, headDim);
        if (rope.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, headDim - 1);
        double width = low == high ? 0.001 : high - low;
        float[] scaled = new float[inverse.length];
        for (int i = 0; i < scaled.length; i++) {
            double interpolated = Math.clamp((i - low) / width, 0, 1);
            scaled[i] = (float) (inverse[i] / rope.factor() * interpolated + inverse[i] * (1 - interpolated));
        }
        return scaled;
    }

    /** The dimension that turns so many times within the original context. */
    private static double correction(double rotations, Rope.Yarn rope, int headDim) {
        return headDim
                * Math.log(rope.originalMaxPositions() / (rotations * 2 * Math.PI))
                / (2 * Math.log(rope.theta()));
    }
}
