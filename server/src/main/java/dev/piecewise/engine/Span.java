package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive tokens of one sequence in a step. Position p of the sequence lives at place {@code extent + p}; everything before {@code position} is there already.
 *
 * @param tokens the sequence's tokens; the span reads {@code tokens[position .. position + length - 1]} (and the one after, for prompt logprobs)
 * @param ropeLength the length that dynamic RoPE scaling goes by: of the whole prompt while it is read, of the sequence later
 * @param column the adapter's first bank column, -1 unless {@code adaptation} is merged
 * @param sample how to choose the token after the span; null in the middle of a prompt
 * @param scoreTargets how many positions of this span are to be scored against the token that follows them in {@code tokens}, counted from the span's start
 * (prompt logprobs); 0 for none
 * @param scoreAlternatives how many alternatives to report with each of these
 */
public record Span(
        int[] tokens,
        int position,
        int length,
        int extent,
        int ropeLength,
        Adaptation adaptation,
        int column,
        @Nullable Draw sample,
        int scoreTargets,
        int scoreAlternatives) {

    /**
     * One draw from the logits. All lists are sparse and already per sequence: {@code biasTokens/biases} are added (logit bias, presence and frequency penalty,
     * -infinity for banned tokens); logits of {@code repeatedTokens} are divided by {@code repetitionPenalty} if positive, else multiplied.
     *
     * @param uniform in [0, 1), chooses among the tokens that are left; unused when temperature is 0
     * @param logprobs alternatives to report, -1 for none at all
     * @param mask the only tokens that may be chosen, before anything else is done to the logits; null for all
     */
    public record Draw(
            double temperature,
            int topK,
            double topP,
            double minP,
            double uniform,
            int[] biasTokens,
            float[] biases,
            int[] repeatedTokens,
            float repetitionPenalty,
            int logprobs,
            @Nullable TokenMask mask) {

        private static final int[] NONE = {};

        public static final Draw GREEDY = new Draw(0, 0, 1, 0, 0, NONE, new float[0], NONE, 1, -1);

        /** A draw from all tokens. */
        public Draw(
                double temperature,
                int topK,
                double topP,
                double minP,
                double uniform,
                int[] biasTokens,
                float[] biases,
                int[] repeatedTokens,
                float repetitionPenalty,
                int logprobs) {
            this(
                    temperature,
                    topK,
                    topP,
                    minP,
                    uniform,
                    biasTokens,
                    biases,
                    repeatedTokens,
                    repetitionPenalty,
                    logprobs,
                    null);
        }
    }
}
