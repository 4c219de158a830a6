package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.Example;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The means of hidden states are what a plain reading of the forward pass makes them. */
@Timeout(60)
final class HiddenStatesTest {
    @TempDir
    Path directory;

    @Test
    void eachTextGetsTheMeanOfItsOwnLastHiddenStates() {
        try (TinyRunner tiny = TinyRunner.of(TinyCheckpoint.qwen3(), directory.resolve("qwen3"))) {
            List<Example> texts = List.of(new Example(tiny.tokens(9, 1), 1), new Example(tiny.tokens(20, 2), 7));
            float[][] means = new HiddenStates(tiny.base).means(texts);
            assertThat(means).hasDimensions(2, tiny.config.hidden());
            for (int i = 0; i < means.length; i++) {
                double[] expected = mean(tiny, texts.get(i));
                for (int d = 0; d < expected.length; d++) {
                    assertThat((double) means[i][d]).isCloseTo(expected[d], within(1e-4));
                }
            }
        }
    }

    private static double[] mean(TinyRunner tiny, Example text) {
        double[][] hidden = tiny.reference.lastHidden(Sequence.of(text.tokens()), Updates.NONE);
        double[] mean = new double[tiny.config.hidden()];
        for (double[] row : hidden) {
            for (int d = 0; d < mean.length; d++) {
                mean[d] += row[d] / hidden.length;
            }
        }
        return mean;
    }
}
