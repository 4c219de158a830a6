package dev.piecewise.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointTest {
    private static final String Q = "model.layers.0.self_attn.q_proj.weight";

    @TempDir
    Path directory;

    @Test
    void verifiesAModelInOneFile() {
        TinyModel.write(directory, TinyModel.config(), 1);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            checkpoint.verify(ModelConfigReader.read(directory));
            assertThat(checkpoint.dtype()).isEqualTo(DType.F32);
            assertThat(checkpoint.tensor(Q).floats()).hasSize(64);
        }
    }

    @Test
    void expectsTheTensorsThatTheConfigurationAsksFor() {
        ObjectNode config = TinyModel.config().put("attention_bias", true).put("tie_word_embeddings", true);
        ModelConfig read = ModelConfigReader.read(TinyModel.writeConfig(directory, config));
        Map<String, long[]> expected = ExpectedTensors.of(read);
        assertThat(expected).hasSize(2 + 2 * (2 + 7 + 4)).doesNotContainKey("lm_head.weight");
        assertThat(expected.get("model.layers.1.self_attn.k_proj.weight")).containsExactly(4, 8);
        assertThat(expected.get("model.layers.1.self_attn.o_proj.bias")).containsExactly(8);
        assertThat(expected.get("model.layers.1.mlp.down_proj.weight")).containsExactly(8, 12);
    }

    @Test
    void findsTensorsWithoutTheModelPrefix() {
        new SafetensorsWriter(Map.of())
                .add("norm.weight", new float[8], 8)
                .write(directory.resolve("model.safetensors"));
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.find("model.norm.weight")).isPresent();
            assertThat(checkpoint.find("norm.weight")).isPresent();
            assertThatThrownBy(() -> checkpoint.tensor("lm_head.weight"))
                    .hasMessageContaining("tensor lm_head.weight is missing");
        }
    }

    @Test
    void namesTheTensorOfWrongShape() {
        TinyModel.write(directory, TinyModel.config(), 1, shapes -> shapes.put(Q, new long[] {8, 9}));
        assertRefused("model.safetensors: tensor " + Q + " has shape [8, 9]; config.json asks for [8, 8]");
    }

    @Test
    void namesTheTensorThatIsMissing() {
        TinyModel.write(directory, TinyModel.config(), 1, shapes -> shapes.remove(Q));
        assertRefused("tensor " + Q + " is missing");
    }

    @Test
    void namesTheTensorOfWrongType() {
        ModelConfig config = ModelConfigReader.read(TinyModel.writeConfig(directory, TinyModel.config()));
        SafetensorsWriter writer = new SafetensorsWriter(Map.of());
        ExpectedTensors.of(config).forEach((name, shape) -> {
            int elements = TinyModel.randomValues(new java.util.Random(1), shape).length;
            if (name.equals(Q)) {
                writer.add(name, DType.I8, MemorySegment.ofArray(new byte[elements]), shape);
            } else {
                writer.add(name, new float[elements], shape);
            }
        });
        writer.write(directory.resolve("model.safetensors"));
        assertRefused("tensor " + Q + " has dtype I8; expected F32, F16 or BF16");
    }

    @Test
    void joinsShards() throws IOException {
        shards("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.tensor("a").floats()).containsExactly(1);
            assertThat(checkpoint.tensor("b").floats()).containsExactly(2);
            assertThat(checkpoint.files()).hasSize(2);
            assertThat(checkpoint.bytes()).isEqualTo(8);
        }
    }

    @Test
    void namesWhatIsWrongWithShards() throws IOException {
        shards("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"three.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContaining("shard three.safetensors of the model is missing");
        shards("{\"weight_map\":{\"a\":\"one.safetensors\",\"c\":\"two.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContaining("lists tensor c in shard two.safetensors, which does not hold it");
        shards("{\"weight_map\":{\"b\":\"two.safetensors\",\"a\":\"two.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContaining("lists tensor a in shard two.safetensors");
        shards("{\"weight_map\":{\"a\":\"../one.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoint.open(directory)).hasMessageContaining("is no plain file name");
        shards("{\"weights\":{}}");
        assertThatThrownBy(() -> Checkpoint.open(directory)).hasMessageContaining("weight_map is missing");
    }

    @Test
    void saysWhenThereAreNoWeights() {
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContaining("holds neither model.safetensors nor");
        assertThatThrownBy(() -> Checkpoint.open(directory.resolve("none"))).hasMessageContaining("is not a directory");
    }

    @Test
    void knowsABaseByContentAndNotByHowItIsStored() throws IOException {
        String fingerprint = fingerprint(TinyModel.write(directory.resolve("a"), TinyModel.config(), 1));
        assertThat(fingerprint).matches("sha256:[0-9a-f]{64}");
        assertThat(fingerprint(TinyModel.write(directory.resolve("b"), TinyModel.config(), 1)))
                .isEqualTo(fingerprint);
        assertThat(fingerprint(TinyModel.write(directory.resolve("c"), TinyModel.config(), 2)))
                .isNotEqualTo(fingerprint);
        ObjectNode otherTheta = TinyModel.config().put("rope_theta", 9_999);
        assertThat(fingerprint(TinyModel.write(directory.resolve("d"), otherTheta, 1)))
                .isNotEqualTo(fingerprint);
        Path file = directory.resolve("b/model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(fingerprint(directory.resolve("b"))).isNotEqualTo(fingerprint);
    }

    private static String fingerprint(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return BaseFingerprint.of(checkpoint, ModelConfigReader.read(model));
        }
    }

    private void assertRefused(String reason) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> checkpoint.verify(ModelConfigReader.read(directory)))
                    .isInstanceOf(BadFileException.class)
                    .hasMessageContaining(reason);
        }
    }

    private void shards(String index) throws IOException {
        for (String name : List.of("one", "two")) {
            boolean first = name.equals("one");
            new SafetensorsWriter(Map.of())
                    .add(first ? "a" : "b", new float[] {first ? 1 : 2}, 1)
                    .write(directory.resolve(name + ".safetensors"));
        }
        Files.writeString(directory.resolve("model.safetensors.index.json"), index);
    }
}
