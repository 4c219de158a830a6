package dev.piecewise.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a step gave, one row for each span of its batch, in order. */
public record StepResult(List<Row> rows) {
    /**
     * @param token the chosen token, -1 where the span asked for none
     * @param logprobs of the chosen token, where asked for
     * @param scores of the scored positions, in order; empty where none were asked for
     */
    public record Row(int token, @Nullable TokenLogprobs logprobs, List<TokenLogprobs> scores) {}
}
