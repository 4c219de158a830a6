package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A prompt in tokens and everything that decides its completion.
 *
 * @param user who it is for: fairness is between users, and nothing is shared between users of different tenants
 * @param maxTokens at most so many completion tokens (at least 1)
 * @param minTokens {@code endTokens} cannot be chosen before so many, but for those that the constraint leaves nothing else than; these do not end the completion then
 * @param endTokens token ids that end the completion; empty to ignore the end of text
 * @param promptLogprobs whether the prompt's own tokens are scored ({@code echo} with logprobs); needs {@code sampling.logprobs >= 0}
 * @param begun when the oldest was read of what the prompt says, as {@link System#nanoTime}: nothing of it is kept when the user was forgotten since
 * @param constraint what the completion must be like, before its first token; it ends when nothing else is left, {@code minTokens} or not; null for no constraint
 */
public record GenerationRequest(
        String user,
        int[] prompt,
        int maxTokens,
        int minTokens,
        Set<Integer> endTokens,
        Sampling sampling,
        boolean promptLogprobs,
        Adaptation adaptation,
        long begun,
        @Nullable TokenConstraint constraint) {

    /** A request that begins now and whose completion may say anything. */
    public GenerationRequest(
            String user,
            int[] prompt,
            int maxTokens,
            int minTokens,
            Set<Integer> endTokens,
            Sampling sampling,
            boolean promptLogprobs,
            Adaptation adaptation) {
        this(
                user,
                prompt,
                maxTokens,
                minTokens,
                endTokens,
                sampling,
                promptLogprobs,
                adaptation,
                System.nanoTime(),
                null);
    }

    /** The same request, constrained. */
    public GenerationRequest constrained(@Nullable TokenConstraint newConstraint) {
        return with(begun, newConstraint);
    }

    /** The same request, which began then. */
    public GenerationRequest begunAt(long nanos) {
        return with(nanos, constraint);
    }

    private GenerationRequest with(long newBegun, @Nullable TokenConstraint newConstraint) {
        return new GenerationRequest(
                user,
                prompt,
                maxTokens,
                minTokens,
                endTokens,
                sampling,
                promptLogprobs,
                adaptation,
                newBegun,
                newConstraint);
    }
}
