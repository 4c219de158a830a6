package dev.piecewise.engine;

/**
 * Log-probabilities at one position, before temperature and penalties: of the token that stands there and of the likeliest ones, likeliest first.
 */
public record TokenLogprobs(int token, float logprob, int[] topTokens, float[] topLogprobs) {}
