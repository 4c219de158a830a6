package dev.piecewise.engine;

/**
 * What a completion may still say: a state of an automaton over tokens. Immutable, so that many generations may share one; the engine's thread asks it once a step,
 * so an answer that is not at hand must be found in a millisecond or so.
 */
public interface TokenConstraint {
    /**
     * The tokens that may come next: bit {@code t % 64} of word {@code t / 64} is token t, and tokens beyond the last word may not come. Tokens that end the
     * completion are not among them. Never changes, and is not to be changed. Empty only if the completion {@link #mustEnd}.
     */
    long[] allowed();

    /** Whether the completion is whole as it is. */
    boolean mayEnd();

    /** Whether it is whole and nothing may follow. */
    boolean mustEnd();

    /** The state after one of the allowed tokens. */
    TokenConstraint after(int token);
}
