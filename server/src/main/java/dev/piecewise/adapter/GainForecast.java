package dev.piecewise.adapter;

import java.util.Arrays;
import java.util.Optional;

/**
 * Foretells how much the pieces of each sharer would raise the probability of what a user wrote beside the other sharers', from one pass of the base model alone. At each position of an answer the base has a
 * last hidden state and makes an error, the embedding of the token that came less the mean embedding that it expected; their coordinates along some directions, each with a 1 behind,
 * are multiplied pairwise, and a sharer's forecast is linear in the mean of these products. It counts for the sharer's pieces beside their site scores, in each layer by scales of its own. Site
 * inputs alone cannot tell what a user's answers are to the same prompts, which is all that sets a strict rating from a generous one.
 *
 * @param hidden width of the states
 * @param rank how many directions of states there are, and of errors
 * @param scales for each layer what site scores are multiplied by in a piece's score, and what forecasts are; a single pair counts for all layers
 * @param states rank x hidden
 * @param errors rank x hidden
 * @param weights sharers x {@link #features()}, in the pool's order
 */
public record GainForecast(int hidden, int rank, float[] scales, float[] states, float[] errors, float[] weights) {
    public GainForecast {
        if (hidden < 1 || rank < 1 || scales.length < 2 || scales.length % 2 != 0 || !notNegative(scales)) {
            throw new IllegalArgumentException(
                    "a forecast needs a width, directions, and pairs of scales that are not negative");
        }
        if (states.length != rank * hidden
                || errors.length != rank * hidden
                || weights.length % ((rank + 1) * (rank + 1)) != 0) {
            throw new IllegalArgumentException("%d and %d directions of width %d have %d, %d and %d values"
                    .formatted(rank, rank, hidden, states.length, errors.length, weights.length));
        }
    }

    /** Whether it was made for a model of so many layers. */
    public boolean isFor(int layers) {
        return scales.length == 2 || scales.length == 2 * layers;
    }

    /** What site scores are multiplied by in a layer. */
    public float siteScale(int layer) {
        return scales.length == 2 ? scales[0] : scales[2 * layer];
    }

    /** What forecasts are multiplied by in a layer. */
    public float gainScale(int layer) {
        return scales.length == 2 ? scales[1] : scales[2 * layer + 1];
    }

    /** How many products there are: the last one is 1. */
    public int features() {
        return (rank + 1) * (rank + 1);
    }

    public int sharers() {
        return weights.length / features();
    }

    /** A copy of one sharer's weights. */
    public float[] of(int sharer) {
        return Arrays.copyOfRange(weights, sharer * features(), (sharer + 1) * features());
    }

    /** The same directions with these weights. */
    public GainForecast withWeights(float[] other) {
        return new GainForecast(hidden, rank, scales, states, errors, other);
    }

    /** The same with these scales. */
    public GainForecast scaled(float[] other) {
        return new GainForecast(hidden, rank, other, states, errors, weights);
    }

    /** With one more sharer, last in order; one of whom nothing is known is expected to help as the others do in the mean. */
    GainForecast and(Optional<float[]> newcomer) {
        float[] more = Arrays.copyOf(weights, weights.length + features());
        System.arraycopy(newcomer.orElseGet(this::mean), 0, more, weights.length, features());
        return withWeights(more);
    }

    private static boolean notNegative(float[] scales) {
        for (float scale : scales) {
            if (!(scale >= 0)) {
                return false;
            }
        }
        return true;
    }

    private float[] mean() {
        float[] mean = new float[features()];
        for (int i = 0; i < weights.length; i++) {
            mean[i % mean.length] += weights[i] / sharers();
        }
        return mean;
    }

    GainForecast without(int sharer) {
        float[] rest = new float[weights.length - features()];
        int before = sharer * features();
        System.arraycopy(weights, 0, rest, 0, before);
        System.arraycopy(weights, before + features(), rest, before, rest.length - before);
        return withWeights(rest);
    }
}
