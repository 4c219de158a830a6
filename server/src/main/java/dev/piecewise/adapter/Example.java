package dev.piecewise.adapter;

/**
 * One history item as tokens for scoring pieces.
 *
 * @param tokens prompt and answer, with whatever special tokens the text begins and ends with
 * @param answerStart index of the first answer token; positions {@code answerStart - 1 .. tokens.length - 2} predict the answer and are scored
 */
public record Example(int[] tokens, int answerStart) {
    public Example {
        if (answerStart < 1 || answerStart >= tokens.length) {
            throw new IllegalArgumentException(
                    "an example of %d tokens cannot begin its answer at %d".formatted(tokens.length, answerStart));
        }
    }
}
