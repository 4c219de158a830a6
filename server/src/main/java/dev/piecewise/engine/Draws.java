package dev.piecewise.engine;

import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.TokenMask.Ends;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** From a request's sampling to the draw of each of its tokens. */
final class Draws {
    private static final int[] NO_TOKENS = {};
    private static final float[] NO_BIASES = {};
    /** The step of {@link SplittableRandom}: a generator that starts so many steps later gives the number that is so many further on. */
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final Sampling sampling;
    private final int minTokens;
    private final @Nullable Biases biases;
    private final @Nullable BitSet seen;
    private int[] repeated = NO_TOKENS;
    private @Nullable TokenConstraint constraint;
    private final int[] ends;

    Draws(GenerationRequest request) {
        sampling = request.sampling();
        constraint = request.constraint();
        ends = request.endTokens().stream().mapToInt(Integer::intValue).toArray();
        minTokens = request.endTokens().isEmpty() ? 0 : request.minTokens();
        boolean penalized = sampling.presencePenalty() != 0 || sampling.frequencyPenalty() != 0;
        biases = penalized || minTokens > 0 || !sampling.logitBias().isEmpty() ? new Biases(request) : null;
        if (sampling.repetitionPenalty() == 1) {
            seen = null;
        } else {
            BitSet prompt = new BitSet();
            for (int token : request.prompt()) {
                prompt.set(token);
            }
            seen = prompt;
            repeated = prompt.stream().toArray();
        }
    }

    /** How to choose the completion's token at {@code index}, which all before it were told to {@link #chosen}. */
    Draw at(int index) {
        if (sampling.greedy() && sampling.logprobs() < 0 && biases == null && seen == null && constraint == null) {
            return Draw.GREEDY;
        }
        TokenMask mask = mask(index);
        if (biases != null) {
            biases.ban(mask == null && index < minTokens);
        }
        return new Draw(
                sampling.temperature(),
                sampling.topK(),
                sampling.topP(),
                sampling.minP(),
                sampling.greedy() ? 0 : uniform(sampling.seed(), index),
                biases == null ? NO_TOKENS : biases.tokens(),
                biases == null ? NO_BIASES : biases.values(),
                repeated,
                (float) sampling.repetitionPenalty(),
                sampling.logprobs(),
                mask);
    }

    /** What may come next; null if everything may. */
    @Nullable TokenConstraint constraint() {
        return constraint;
    }

    /** Whether the constraint, if there is one, lets this token come at {@code index}. */
    boolean allows(int index, int token) {
        TokenMask mask = mask(index);
        return mask == null || mask.allows(token);
    }

    /** Whether the constraint lets no token come at {@code index}. */
    boolean isStuck(int index) {
        TokenMask mask = mask(index);
        return mask != null && mask.isEmpty();
    }

    /** Whether the text is whole as it is. */
    boolean mayEnd() {
        return constraint == null || constraint.mayEnd();
    }

    /** Whether the constraint leaves nothing but the end. */
    boolean mustEnd() {
        return constraint != null && constraint.mustEnd();
    }

    void chosen(int token) {
        if (constraint != null) {
            constraint = constraint.after(token);
        }
        if (biases != null) {
            biases.count(token);
        }
        if (seen != null && !seen.get(token)) {
            seen.set(token);
            repeated = Arrays.copyOf(repeated, repeated.length + 1);
            repeated[repeated.length - 1] = token;
        }
    }

    /** An end that is banned as it comes too early is text all the same where the constraint leaves nothing else. */
    private @Nullable TokenMask mask(int index) {
        if (constraint == null) {
            return null;
        }
        long[] words = constraint.allowed();
        if (index < minTokens) {
            TokenMask withoutEnds = new TokenMask(words, ends, Ends.NONE);
            return withoutEnds.isEmpty() ? new TokenMask(words, ends, Ends.AS_TEXT) : withoutEnds;
        }
        return new TokenMask(words, ends, constraint.mayEnd() ? Ends.ALL : Ends.AS_TEXT);
    }

    /** The {@code index}-th number of a generator with this seed, so that no draw depends on what else was drawn. */
    static double uniform(long seed, int index) {
        return new SplittableRandom(seed + index * GOLDEN_GAMMA).nextDouble();
    }
}
