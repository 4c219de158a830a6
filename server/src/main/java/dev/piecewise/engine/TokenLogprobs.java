package dev.piecewise.engine;

import java.util.Arrays;

/**
 * Log-probabilities at one position, before temperature and penalties: of the token that stands there and of the likeliest ones, likeliest first.
 *
 * @param rank how many tokens are as likely as the one that stands there, or likelier, itself among them
 */
public record TokenLogprobs(int token, float logprob, int rank, int[] topTokens, float[] topLogprobs) {

    /** The same with at most so many of the likeliest tokens. */
    public TokenLogprobs likeliest(int count) {
        return count >= topTokens.length
                ? this
                : new TokenLogprobs(
                        token, logprob, rank, Arrays.copyOf(topTokens, count), Arrays.copyOf(topLogprobs, count));
    }
}
