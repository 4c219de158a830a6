package dev.piecewise.gateway.tools;

import java.util.List;

/**
 * Tells calls from text in an answer as it grows. A call comes out when it is complete, and never in parts; what looked like one and is none comes out as the text
 * that it is. Confined to one thread.
 */
public interface CallParser {
    /** Takes the next piece of the answer. */
    List<Said> add(String piece);

    /** What was held back, when the answer has ended. */
    List<Said> finish();

    /** For an answer that holds no calls. */
    static CallParser none() {
        return new CallParser() {
            @Override
            public List<Said> add(String piece) {
                return piece.isEmpty() ? List.of() : List.of(new Said.Text(piece));
            }

            @Override
            public List<Said> finish() {
                return List.of();
            }
        };
    }
}
