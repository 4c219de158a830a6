package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.engine.Batch;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.Span;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class RandomModelTest {
    @TempDir
    Path directory;

    private ModelConfig config;

    @BeforeEach
    void read() {
        config = ModelConfigReader.read(TinyCheckpoint.qwen3().write(directory));
    }

    private double[] logprobs(String type, long seed) {
        int[] tokens = {4, 8, 15, 16, 23, 42};
        try (BaseModel base = BaseModel.random(config, DeviceChoice.of("cpu", type, true), seed);
                TorchRunner runner = new TorchRunner(base, new ModelRunner.Limits(96, 64, 64, 0), Optional.empty())) {
            Span span = new Span(tokens, 0, 5, 0, 5, TinyRunner.BASE, -1, null, 5, config.vocabulary());
            return Distributions.byToken(runner.run(new Batch(List.of(span)))
                    .rows()
                    .getFirst()
                    .scores()
                    .getLast());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "bfloat16"})
    void aSeedGivesTheSameModelAndAnotherSeedAnother(String type) {
        double[] first = logprobs(type, 7);
        assertThat(logprobs(type, 7)).isEqualTo(first);
        assertThat(Distributions.distance(logprobs(type, 8), first)).isGreaterThan(0.01);
        assertThat(Distributions.deviation(first)).isBetween(0.01, 10.0);
    }

    @Test
    void aStepReadsEveryLinearLayerAndTheHeadOnce() {
        try (BaseModel base = BaseModel.random(config, DeviceChoice.of("cpu", "bfloat16", true), 1)) {
            int attention = 32 * 4 * 12 + 2 * 32 * 2 * 12 + 4 * 12 * 32;
            int mlp = 3 * 32 * 48;
            assertThat(base.bytesPerStep()).isEqualTo(2L * (2 * (attention + mlp) + 96 * 32));
        }
    }
}
