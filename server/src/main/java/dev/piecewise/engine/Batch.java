package dev.piecewise.engine;

import java.util.List;

/** The work of one step: spans of different sequences, prefill chunks and decode tokens side by side, in the order of their results. */
public record Batch(List<Span> spans) {
    /** Tokens of the step. */
    public int tokens() {
        int total = 0;
        for (Span span : spans) {
            total += span.length();
        }
        return total;
    }
}
