package dev.piecewise.engine;

/**
 * What a completion may still say: a state of an automaton over tokens. Immutable, so that many generations may share one. The engine's thread asks it, but for
 * {@link #allowed} while that is not at hand, which any thread may find: as many threads as there are sequences may look for it at a time, so what takes long bounds
 * itself, and gives up when its thread is interrupted.
 */
public interface TokenConstraint {
    /**
     * The tokens that may come next: bit {@code t % 64} of word {@code t / 64} is token t, and tokens beyond the last word may not come. Tokens that end every
     * completion of the model are not among them; one that ends only this completion may be, and then ends it before the text is whole. Never changes, and is not to
     * be changed. Empty if the completion {@link #mustEnd}, or if the model has no token for what has to come.
     */
    long[] allowed();

    /** Whether {@link #allowed} answers at once, which it does for good when it has answered. */
    default boolean isAtHand() {
        return true;
    }

    /** Whether the completion is whole as it is. */
    boolean mayEnd();

    /** Whether it is whole and nothing may follow. */
    boolean mustEnd();

    /** The state after one of the allowed tokens. */
    TokenConstraint after(int token);
}
