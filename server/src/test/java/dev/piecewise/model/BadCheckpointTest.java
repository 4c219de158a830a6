package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.error.ServingException;
import dev.piecewise.fixture.TinyCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broken base model is refused with the reason, and the next one loads. */
@Timeout(60)
final class BadCheckpointTest {
    private static final String UP = "model.layers.1.mlp.up_proj.weight";

    @TempDir
    Path directory;

    private void load() {
        ModelConfig config = ModelConfigReader.read(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", "auto", checkpoint.dtype() == DType.F32))
                    .close();
        }
    }

    @AfterEach
    void aGoodOneStillLoads() {
        Path good = directory.resolve("good");
        try (TinyRunner tiny = TinyRunner.of(TinyCheckpoint.llama(), good)) {
            assertThat(tiny.generate(tiny.tokens(4, 1), 1, 0)).hasSize(1);
        }
    }

    @Test
    void aTensorOfAnotherShapeIsNamed() {
        TinyCheckpoint.llama()
                .broken(shapes -> shapes.put(UP, new long[] {48, 31}))
                .write(directory);
        assertThatThrownBy(this::load)
                .isInstanceOf(BadFileException.class)
                .hasMessageContainingAll("model.safetensors", UP, "[48, 31]", "[48, 32]");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7fc00000, 0x7f800000, 0xff800000})
    void aTensorWithAValueThatIsNoNumberIsNamed(int bits) throws IOException {
        TinyCheckpoint.llama().write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                FileChannel file = FileChannel.open(checkpoint.tensor(UP).file().path(), StandardOpenOption.WRITE)) {
            ByteBuffer value = ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(bits)
                    .flip();
            file.write(value, checkpoint.tensor(UP).info().offset() + 400);
        }
        assertThatThrownBy(this::load)
                .isInstanceOf(BadFileException.class)
                .hasMessageContainingAll("model.safetensors", UP, "no number");
    }

    @Test
    void aMissingTensorIsNamed() {
        TinyCheckpoint.llama().broken(shapes -> shapes.remove(UP)).write(directory);
        assertThatThrownBy(this::load)
                .isInstanceOf(BadFileException.class)
                .hasMessageContainingAll(directory.toString(), UP, "missing");
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        TinyCheckpoint.llama().shards(3).write(directory);
        Files.delete(directory.resolve("model-00002-of-00003.safetensors"));
        assertThatThrownBy(this::load)
                .isInstanceOf(BadFileException.class)
                .hasMessageContainingAll(directory.toString(), "model-00002-of-00003.safetensors", "missing");
    }

    @Test
    void aFileThatWasCutOffIsNamed() throws IOException {
        Path file = TinyCheckpoint.llama().write(directory).resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 100));
        assertThatThrownBy(this::load).isInstanceOf(BadFileException.class).hasMessageContaining("model.safetensors");
    }

    @Test
    void aConfigurationOfAnotherModelIsRefused() {
        TinyCheckpoint.llama().write(directory);
        TinyCheckpoint.llama().with("intermediate_size", 64).write(directory.resolve("other"));
        assertThatThrownBy(() -> {
                    ModelConfig other = ModelConfigReader.read(directory.resolve("other"));
                    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
                        BaseModel.load(checkpoint, other, DeviceChoice.of("cpu", "float32", true));
                    }
                })
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("mlp.gate_proj");
    }

    @Test
    void anUnknownDeviceOrTypeIsNamed() {
        assertThatThrownBy(() -> DeviceChoice.of("tpu", "auto", true))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("model.device");
        assertThatThrownBy(() -> DeviceChoice.of("cuda:97", "auto", true))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("cuda:97");
        assertThatThrownBy(() -> DeviceChoice.of("cpu", "float8", true))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("model.dtype");
        assertThat(DeviceChoice.of("cpu", "auto", true).precision()).isEqualTo(Precision.FLOAT32);
        assertThat(DeviceChoice.of("cpu", "auto", false).precision()).isEqualTo(Precision.BFLOAT16);
    }
}
