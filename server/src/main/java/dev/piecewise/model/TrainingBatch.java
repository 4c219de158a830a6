package dev.piecewise.model;

/**
 * Rows of tokens and what is to be learnt in them. Users' rows follow one another, as many for each; shorter rows are padded at their end.
 *
 * @param tokens users x rows of each x length
 * @param places for each target the number of the token before it, counted through all rows
 * @param targets tokens to predict
 * @param owners for each target its user's number
 * @param shares of each target in its user's loss
 */
public record TrainingBatch(
        int users, int rows, int length, long[] tokens, long[] places, long[] targets, long[] owners, float[] shares) {
    public TrainingBatch {
        if (tokens.length != (long) users * rows * length
                || places.length != targets.length
                || owners.length != targets.length
                || shares.length != targets.length
                || targets.length == 0) {
            throw new IllegalArgumentException("%d tokens and %d targets of %d users in %d rows of %d"
                    .formatted(tokens.length, targets.length, users, rows, length));
        }
    }
}
