package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class DiscriminantsTest {
    private static final float[][] KEYS = {
        {0.17849f, 1.50279f, -1.27515f, -0.29464f},
        {-0.15144f, -1.38049f, 1.42446f, 0.21192f},
        {-0.27719f, -1.17671f, -1.77797f, 0.87514f}
    };

    @TempDir
    Path directory;

    /** The numbers were computed by numpy in float64, from the formula of the Javadoc. */
    @Test
    void aKeyIsTheDirectionThatTellsAUserFromTheOthers() {
        Path model = TinyCheckpoint.llama().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        try (Checkpoint checkpoint = Checkpoint.open(model);
                BaseModel base = BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true))) {
            float[][] keys = new Discriminants(base)
                    .of(List.of(
                            new float[][] {{4, 1, 0, 2}, {4, 3, 1, 1}},
                            new float[][] {{4, -1, 1, 0}, {2, -3, -1, 1}},
                            new float[][] {{5, 0, 1, 0}, {3, 0, -1, 5}}));
            assertThat(keys[0]).containsExactly(KEYS[0], within(1e-4f));
            assertThat(keys[1]).containsExactly(KEYS[1], within(1e-4f));
            assertThat(keys[2]).containsExactly(KEYS[2], within(1e-4f));
        }
    }
}
