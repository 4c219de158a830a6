package dev.piecewise.engine;

import java.util.List;

/** A batch and the sequences of its spans, in the same order. */
record Step(List<Sequence> sequences, Batch batch) {
    int size() {
        return sequences.size();
    }

    /** The part of one sequence. */
    Step only(int index) {
        return new Step(
                List.of(sequences.get(index)), new Batch(List.of(batch.spans().get(index))));
    }

    /** Tokens in spans that make the next token of a completion. */
    int decodeTokens() {
        int tokens = 0;
        for (int i = 0; i < sequences.size(); i++) {
            if (batch.spans().get(i).length() == 1 && sequences.get(i).completionTokens() > 0) {
                tokens++;
            }
        }
        return tokens;
    }
}
