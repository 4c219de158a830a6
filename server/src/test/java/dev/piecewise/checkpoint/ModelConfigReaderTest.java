package dev.piecewise.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelConfigReaderTest {
    @TempDir
    Path directory;

    @Test
    void fillsInWhatALlamaConfigLeavesOut() {
        ObjectNode config = TinyModel.config();
        config.remove(List.of("num_key_value_heads", "max_position_embeddings", "rms_norm_eps", "bos_token_id"));
        ModelConfig read = read(config);
        assertThat(read.kvHeads()).isEqualTo(4);
        assertThat(read.headDim()).isEqualTo(2);
        assertThat(read.maxPositions()).isEqualTo(2048);
        assertThat(read.normEps()).isEqualTo(1e-6f);
        assertThat(read.rope()).isEqualTo(new Rope.Default(10_000));
        assertThat(read.bosToken()).isEqualTo(1);
        assertThat(read.eosTokens()).containsExactly(2);
        assertThat(read.tiedHead()).isFalse();
        assertThat(List.of(read.qkvBias(), read.outBias(), read.mlpBias(), read.qkNorm()))
                .containsOnly(false);
    }

    @Test
    void readsLlamaBiases() {
        ModelConfig read = read(TinyModel.config().put("attention_bias", true).put("mlp_bias", true));
        assertThat(List.of(read.qkvBias(), read.outBias(), read.mlpBias())).containsOnly(true);
    }

    @Test
    void knowsThatQwen2HasInputBiasesAndQwen3Norms() {
        ModelConfig qwen2 = read(architecture("Qwen2ForCausalLM"));
        assertThat(qwen2.qkvBias()).isTrue();
        assertThat(qwen2.outBias()).isFalse();
        ObjectNode config = architecture("Qwen3ForCausalLM");
        ModelConfig qwen3 = read(config);
        assertThat(qwen3.qkNorm()).isTrue();
        assertThat(qwen3.headDim()).isEqualTo(128);
        assertThat(qwen3.bosToken()).isEqualTo(1);
        config.remove("bos_token_id");
        assertThat(read(config).bosToken()).isEqualTo(-1);
    }

    @Test
    void refusesMoreLayersThanAnyModelHas() {
        assertThatThrownBy(() -> read(TinyModel.config().put("num_hidden_layers", 1_000_000_000)))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("num_hidden_layers is 1000000000, more than 4096");
    }

    @Test
    void slidesEveryLayerOfMistralUnlessItsWindowIsNull() {
        ObjectNode config = architecture("MistralForCausalLM");
        assertThat(read(config).window(1)).isEqualTo(4096);
        assertThat(read(config.put("sliding_window", 8)).window(0)).isEqualTo(8);
        assertThat(read(config.putNull("sliding_window")).window(0)).isZero();
    }

    @Test
    void slidesTheLayersThatQwenNames() {
        ObjectNode config =
                architecture("Qwen2ForCausalLM").put("sliding_window", 8).put("max_window_layers", 1);
        assertThat(read(config).window(1)).isZero();
        ModelConfig upper = read(config.put("use_sliding_window", true));
        assertThat(List.of(upper.window(0), upper.window(1))).containsExactly(0, 8);
        config.putArray("layer_types").add("sliding_attention").add("full_attention");
        ModelConfig named = read(config);
        assertThat(List.of(named.window(0), named.window(1))).containsExactly(8, 0);
    }

    @Test
    void letsTheGenerationConfigSayWhatEndsACompletion() throws IOException {
        TinyModel.writeConfig(directory, TinyModel.config());
        Path generation = directory.resolve("generation_config.json");
        Files.writeString(generation, "{\"eos_token_id\":[1,2]}");
        assertThat(ModelConfigReader.read(directory).eosTokens()).containsExactly(1, 2);
        Files.writeString(generation, "{\"eos_token_id\":7}");
        assertThat(ModelConfigReader.read(directory).eosTokens()).containsExactly(7);
        Files.writeString(generation, "{\"max_length\":7}");
        assertThat(ModelConfigReader.read(directory).eosTokens()).containsExactly(2);
        Files.writeString(generation, "{\"eos_token_id\":\"</s>\"}");
        assertThatThrownBy(() -> ModelConfigReader.read(directory))
                .hasMessageContaining("generation_config.json: eos_token_id must be a list");
    }

    @Test
    void readsOldAndNewRopeAlike() {
        Rope expected = new Rope.Llama3(500_000, 8, 1, 4, 32);
        String scaling = "{'factor':8.0,'low_freq_factor':1,'high_freq_factor':4,'original_max_position_embeddings':32";
        assertThat(rope(scaling + ",'rope_type':'llama3'}", "rope_scaling")).isEqualTo(expected);
        assertThat(rope(scaling + ",'type':'llama3'}", "rope_scaling")).isEqualTo(expected);
        assertThat(rope(scaling + ",'rope_type':'llama3','rope_theta':500000}", "rope_parameters"))
                .isEqualTo(expected);
        assertThat(rope("{'rope_type':'linear','factor':4}", "rope_scaling")).isEqualTo(new Rope.Linear(500_000, 4));
        assertThat(rope("{'rope_type':'dynamic','factor':2}", "rope_scaling"))
                .isEqualTo(new Rope.Dynamic(500_000, 2, 64));
    }

    @Test
    void derivesYarnAsTransformersDoes() {
        Rope.Yarn plain = (Rope.Yarn)
                rope("{'rope_type':'yarn','factor':4,'original_max_position_embeddings':16}", "rope_scaling");
        assertThat(plain.attentionFactor()).isCloseTo(0.1 * Math.log(4) + 1, within(1e-12));
        assertThat(plain).isEqualTo(new Rope.Yarn(500_000, 4, 32, 1, plain.attentionFactor(), 16, true));
        Rope.Yarn scaled = (Rope.Yarn) rope(
                "{'type':'yarn','original_max_position_embeddings':32,'mscale':0.7,'mscale_all_dim':1.3,'truncate':false,'beta_fast':20}",
                "rope_scaling");
        assertThat(scaled.factor()).isEqualTo(2);
        assertThat(scaled.attentionFactor())
                .isCloseTo((0.07 * Math.log(2) + 1) / (0.13 * Math.log(2) + 1), within(1e-12));
        assertThat(scaled.truncate()).isFalse();
        assertThat(scaled.betaFast()).isEqualTo(20);
        Rope.Yarn given = (Rope.Yarn) rope("{'type':'yarn','factor':3,'attention_factor':1.5}", "rope_scaling");
        assertThat(given.attentionFactor()).isEqualTo(1.5);
        assertThat(given.originalMaxPositions()).isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource({"default,64", "linear,256", "dynamic,256", "yarn,256"})
    void stretchesTheLongestSequenceByTheFactor(String type, int expected) {
        ObjectNode config = TinyModel.config();
        config.putObject("rope_scaling").put("rope_type", type).put("factor", 4);
        assertThat(read(config).maxPositions()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "architectures | [\"GemmaForCausalLM\"] | GemmaForCausalLM is not supported",
                "hidden_act | \"gelu\" | hidden_act gelu is not supported",
                "quantization_config | {\"quant_method\":\"gptq\"} | quantization_config (gptq) is not supported",
                "partial_rotary_factor | 0.5 | partial_rotary_factor other than 1",
                "rope_scaling | {\"rope_type\":\"longrope\"} | rope_scaling.rope_type longrope is not supported",
                "rope_parameters | {\"full_attention\":{\"rope_theta\":1}} | full_attention is scaling for some layers only",
                "rope_scaling | {\"rope_type\":\"linear\"} | rope_scaling.factor is missing",
                "hidden_size | \"8\" | hidden_size must be an integer, found \"8\"",
                "hidden_size | 9 | hidden_size 9 is not a multiple of the 4 heads",
                "num_key_value_heads | 3 | does not divide the 4 heads",
                "head_dim | 3 | head_dim must be positive and even",
                "vocab_size | null | vocab_size is missing",
                "num_hidden_layers | 0 | num_hidden_layers must be positive"
            })
    void refusesByName(String field, String value, String reason) throws IOException {
        ObjectNode config = TinyModel.config();
        config.set(field, new JsonMapper().readTree(value));
        assertThatThrownBy(() -> read(config))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void saysWhenTheDirectoryIsNoModel() throws IOException {
        assertThatThrownBy(() -> ModelConfigReader.read(directory)).hasMessageContaining("holds no config.json");
        Files.writeString(directory.resolve("config.json"), "{\"a\":1,}");
        assertThatThrownBy(() -> ModelConfigReader.read(directory))
                .hasMessageContaining("config.json: is not valid JSON");
    }

    private Rope rope(String scaling, String field) {
        try {
            ObjectNode config = TinyModel.config().put("rope_theta", 500_000);
            config.set(field, new JsonMapper().readTree(scaling.replace('\'', '"')));
            return read(config).rope();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static ObjectNode architecture(String name) {
        ObjectNode config = TinyModel.config();
        config.putArray("architectures").add(name);
        return config;
    }

    private ModelConfig read(ObjectNode config) {
        return ModelConfigReader.read(TinyModel.writeConfig(directory, config));
    }
}
