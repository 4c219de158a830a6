package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.engine.TokenLogprobs;
import java.util.List;
import org.assertj.core.data.Offset;

/** Compares reported log-probabilities of a whole vocabulary with what they should be. */
final class Distributions {
    static final Offset<Double> CLOSE = within(1e-4);

    private Distributions() {}

    /** By token id, of a report with as many alternatives as there are tokens. */
    static double[] byToken(TokenLogprobs reported) {
        double[] logprobs = new double[reported.topTokens().length];
        for (int i = 0; i < logprobs.length; i++) {
            logprobs[reported.topTokens()[i]] = reported.topLogprobs()[i];
        }
        return logprobs;
    }

    static double[] logSoftmax(double[] logits) {
        double max = java.util.Arrays.stream(logits).max().orElseThrow();
        double sum = java.util.Arrays.stream(logits)
                .map(logit -> Math.exp(logit - max))
                .sum();
        return java.util.Arrays.stream(logits)
                .map(logit -> logit - max - Math.log(sum))
                .toArray();
    }

    /** Asserts one row of expected logits from {@code first} on for each of the reports. */
    static void assertSame(List<TokenLogprobs> reported, double[][] logits, int first, Offset<Double> close) {
        for (int i = 0; i < reported.size(); i++) {
            assertThat(byToken(reported.get(i)))
                    .as("position %d", first + i)
                    .containsExactly(logSoftmax(logits[first + i]), close);
        }
    }

    static void assertSame(List<TokenLogprobs> reported, double[][] logits) {
        assertThat(reported).hasSameSizeAs(logits);
        assertSame(reported, logits, 0, CLOSE);
    }
}
