package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation;
import java.util.Set;

/**
 * A prompt in tokens and everything that decides its completion.
 *
 * @param user who it is for; only fairness between users looks at it
 * @param maxTokens at most so many completion tokens (at least 1)
 * @param minTokens {@code endTokens} cannot be chosen before so many
 * @param endTokens token ids that end the completion; empty to ignore the end of text
 * @param promptLogprobs whether the prompt's own tokens are scored ({@code echo} with logprobs); needs {@code sampling.logprobs >= 0}
 */
public record GenerationRequest(
        String user,
        int[] prompt,
        int maxTokens,
        int minTokens,
        Set<Integer> endTokens,
        Sampling sampling,
        boolean promptLogprobs,
        Adaptation adaptation) {}
