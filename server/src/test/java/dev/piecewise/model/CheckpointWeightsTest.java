package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class CheckpointWeightsTest {
    private static final String DOWN = "model.layers.1.mlp.down_proj.weight";
    private static final String NORM = "model.norm.weight";

    @TempDir
    Path directory;

    /** A tensor of gigabytes comes in parts of whole rows; here the parts are a few rows, or one where not even that fits. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void aTensorIsTheSameInHoweverManyPartsItIsLoaded(DType stored) {
        TinyCheckpoint.llama().storedAs(stored).write(directory);
        try (TorchScript script = new TorchScript(Device.cpu());
                Checkpoint checkpoint = Checkpoint.open(directory)) {
            for (long partBytes : new long[] {1, 700, 1000, 5000, 1 << 20}) {
                CheckpointWeights weights = new CheckpointWeights(script, checkpoint, Precision.FLOAT32, partBytes);
                assertThat(weights.tensor(script.manager(), DOWN, 32, 48).toFloatArray())
                        .isEqualTo(checkpoint.tensor(DOWN).floats());
                assertThat(weights.tensor(script.manager(), NORM, 32).toFloatArray())
                        .isEqualTo(checkpoint.tensor(NORM).floats());
            }
        }
    }

    @Test
    void aTensorOfAnotherShapeThanAskedForIsNamed() {
        TinyCheckpoint.llama().write(directory);
        try (TorchScript script = new TorchScript(Device.cpu());
                Checkpoint checkpoint = Checkpoint.open(directory)) {
            CheckpointWeights weights = new CheckpointWeights(script, checkpoint, Precision.FLOAT32);
            assertThatThrownBy(() -> weights.tensor(script.manager(), DOWN, 48, 32))
                    .isInstanceOf(BadFileException.class)
                    .hasMessageContainingAll("model.safetensors", DOWN, "[48, 32]");
        }
    }
}
