package dev.piecewise.engine;

/** Why a completion ended. */
public enum FinishReason {
    /** An end-of-text token came (it is not part of the completion). */
    STOP,
    /** The token limit or the context's end was reached. */
    LENGTH,
    /** The caller closed the generation. */
    CANCELLED
}
