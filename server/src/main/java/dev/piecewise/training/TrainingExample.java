package dev.piecewise.training;

import dev.piecewise.adapter.Example;
import java.util.Arrays;

/**
 * Tokens to learn from.
 *
 * @param tokens with whatever special tokens the text begins and ends with; at least two
 * @param learned for each token whether it carries loss, which means that it is predicted from those before it; the first never does
 */
public record TrainingExample(int[] tokens, boolean[] learned) {
    public TrainingExample {
        if (tokens.length < 2 || tokens.length != learned.length || learned[0]) {
            throw new IllegalArgumentException(
                    "an example of %d tokens cannot be learnt from".formatted(tokens.length));
        }
    }

    /** The answer and the end of the text are learnt. */
    public static TrainingExample of(Example example) {
        boolean[] learned = new boolean[example.tokens().length];
        Arrays.fill(learned, example.answerStart(), learned.length, true);
        return new TrainingExample(example.tokens(), learned);
    }

    /** Everything but the first token is learnt. */
    public static TrainingExample ofText(int... tokens) {
        boolean[] learned = new boolean[tokens.length];
        Arrays.fill(learned, 1, learned.length, true);
        return new TrainingExample(tokens, learned);
    }

    /** How many tokens carry loss. */
    public int targets() {
        int targets = 0;
        for (boolean carries : learned) {
            targets += carries ? 1 : 0;
        }
        return targets;
    }
}
