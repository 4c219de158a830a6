package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.TokenLogprobs;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Compares reported log-probabilities of a whole vocabulary with what they should be. */
final class Distributions {
    static final double CLOSE = 1e-4;

    private Distributions() {}

    /** What a row reports of its draw, which asked for it. */
    static TokenLogprobs reported(StepResult.Row row) {
        return Objects.requireNonNull(row.logprobs());
    }

    /** By token id, of a report with as many alternatives as there are tokens. */
    static double[] byToken(TokenLogprobs reported) {
        double[] logprobs = new double[reported.topTokens().length];
        for (int i = 0; i < logprobs.length; i++) {
            logprobs[reported.topTokens()[i]] = reported.topLogprobs()[i];
        }
        return logprobs;
    }

    static double[] logSoftmax(double[] logits) {
        double max = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - max)).sum();
        return Arrays.stream(logits).map(logit -> logit - max - Math.log(sum)).toArray();
    }

    /** Asserts that the reports are of these logits, from row {@code first} on. */
    static void assertSame(List<TokenLogprobs> reported, double[][] logits, int first, double close) {
        for (int i = 0; i < reported.size(); i++) {
            double worst = distance(byToken(reported.get(i)), logSoftmax(logits[first + i]));
            assertThat(worst).as("difference at position %d", first + i).isLessThan(close);
        }
    }

    static void assertSame(List<TokenLogprobs> reported, double[][] logits) {
        assertThat(reported).hasSameSizeAs(logits);
        assertSame(reported, logits, 0, CLOSE);
    }

    static double distance(double[] a, double[] b) {
        double worst = 0;
        for (int i = 0; i < b.length; i++) {
            worst = Math.max(worst, Math.abs(a[i] - b[i]));
        }
        return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst;
    }

    static double meanDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < b.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / b.length;
    }

    static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
    }
}
