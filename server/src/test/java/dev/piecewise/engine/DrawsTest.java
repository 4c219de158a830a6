package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.Span.Draw;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class DrawsTest {
    @Test
    void theNumbersAreThoseOfOneGeneratorWhereverOneBegins() {
        SplittableRandom random = new SplittableRandom(77);
        for (int i = 0; i < 100; i++) {
            assertThat(Draws.uniform(77, i)).isEqualTo(random.nextDouble());
        }
    }

    @Test
    void plainGreedySamplingIsAlwaysTheSameDraw() {
        Draws draws = new Draws(Requests.of(1, 2).request());
        assertThat(draws.at(0)).isSameAs(Draw.GREEDY);
        draws.chosen(5);
        assertThat(draws.at(1)).isSameAs(Draw.GREEDY);
    }

    @Test
    void presenceAndFrequencyCountTheCompletionOnly() {
        Draws draws =
                new Draws(Requests.of(5, 5).sampling(penalties(1, 0.5, 0.25)).request());
        assertThat(biases(draws.at(0))).isEmpty();
        draws.chosen(5);
        draws.chosen(5);
        draws.chosen(6);
        assertThat(biases(draws.at(3))).isEqualTo(Map.of(5, -1f, 6, -0.75f));
        assertThat(draws.at(3).repeatedTokens()).isEmpty();
    }

    @Test
    void repetitionCountsPromptAndCompletion() {
        Draws draws =
                new Draws(Requests.of(7, 5, 5).sampling(penalties(1.5, 0, 0)).request());
        assertThat(draws.at(0).repeatedTokens()).containsExactlyInAnyOrder(5, 7);
        draws.chosen(9);
        draws.chosen(7);
        assertThat(draws.at(2).repeatedTokens()).containsExactlyInAnyOrder(5, 7, 9);
        assertThat(draws.at(2).repetitionPenalty()).isEqualTo(1.5f);
        assertThat(draws.at(2).biasTokens()).isEmpty();
    }

    @Test
    void endTokensAreBannedFirstAndThenHaveTheirBiasAgain() {
        Sampling sampling = new Sampling(0, 0, 1, 0, 1, 0.5, 0, Map.of(3, 2f, 4, 1f), 0, -1);
        Draws draws = new Draws(
                Requests.of(1).sampling(sampling).ends(3, 8).min(2).max(9).request());
        assertThat(biases(draws.at(0)))
                .isEqualTo(Map.of(3, Float.NEGATIVE_INFINITY, 4, 1f, 8, Float.NEGATIVE_INFINITY));
        draws.chosen(4);
        draws.chosen(2);
        assertThat(biases(draws.at(2))).isEqualTo(Map.of(3, 2f, 4, 0.5f, 8, 0f, 2, -0.5f));
    }

    @Test
    void manyDifferentTokensAreAllCounted() {
        Draws draws = new Draws(Requests.of(1).sampling(penalties(1, 1, 1)).request());
        for (int i = 0; i < 1000; i++) {
            draws.chosen(i % 300);
        }
        Map<Integer, Float> biases = biases(draws.at(1000));
        assertThat(biases).hasSize(300).containsEntry(0, -5f).containsEntry(299, -4f);
    }

    private static Sampling penalties(double repetition, double presence, double frequency) {
        return new Sampling(0, 0, 1, 0, repetition, presence, frequency, Map.of(), 0, -1);
    }

    private static Map<Integer, Float> biases(Draw draw) {
        Map<Integer, Float> biases = new TreeMap<>();
        for (int i = 0; i < draw.biasTokens().length; i++) {
            biases.put(draw.biasTokens()[i], draw.biases()[i]);
        }
        return biases;
    }
}
