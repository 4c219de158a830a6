package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeftReaderTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Site Q0 = new Site(0, Projection.Q);
    private static final String Q0_A = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
    private static final String Q0_B = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";

    @TempDir
    Path directory;

    private ModelConfig base;
    private final ObjectNode config = JSON.createObjectNode();
    private final Map<String, float[]> tensors = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    @BeforeEach
    void makeAnAdapterOfRankTwoForTheQueries() {
        base = ModelConfigReader.read(TinyModel.writeConfig(directory.resolve("base"), TinyModel.config()));
        config.put("peft_type", "LORA").put("r", 2).put("lora_alpha", 4);
        config.putArray("target_modules").add("q_proj");
        put("base_model.model.model.layers.%d.self_attn.q_proj", 2, 0, 1);
    }

    @Test
    void foldsTheScaleIntoB() {
        Factors factors = read().factors(Q0);
        assertThat(factors.a()).containsExactly(tensor(Q0_A));
        assertThat(factors.b()).containsExactly(times(tensor(Q0_B), 2));
        assertThat(read().sites()).containsOnlyKeys(Q0, new Site(1, Projection.Q));
        assertThat(read().rank()).isEqualTo(2);
    }

    @Test
    void dividesByTheRootOfTheRankWhenStabilized() {
        config.put("use_rslora", true);
        assertThat(read().factors(Q0).b()[3]).isCloseTo((float) (tensor(Q0_B)[3] * 4 / Math.sqrt(2)), within(1e-7f));
    }

    @Test
    void takesRanksAndAlphasFromTheFirstPatternThatMatches() {
        config.putObject("rank_pattern")
                .put("layers\\.0\\.self_attn\\.q_proj", 1)
                .put("q_proj", 3);
        config.putObject("alpha_pattern").put("^model\\.layers\\.1.*", 6);
        put("base_model.model.model.layers.%d.self_attn.q_proj", 1, 0);
        put("base_model.model.model.layers.%d.self_attn.q_proj", 3, 1);
        LoraAdapter adapter = read();
        assertThat(adapter.factors(Q0).rank()).isEqualTo(1);
        assertThat(adapter.factors(Q0).b()).containsExactly(times(tensor(Q0_B), 4));
        Factors other = adapter.factors(new Site(1, Projection.Q));
        assertThat(other.rank()).isEqualTo(3);
        assertThat(other.b()).containsExactly(times(tensor(Q0_B.replace("rs.0", "rs.1")), 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base_model.model.model.", "base_model.model.", "model.", ""})
    void readsEveryUsualPrefix(String prefix) {
        LoraAdapter usual = read();
        renameTensors("base_model.model.model.", prefix);
        assertThat(read().fingerprint()).isEqualTo(usual.fingerprint());
    }

    @Test
    void readsFactorsNamedAfterTheDefaultAdapter() {
        LoraAdapter usual = read();
        renameTensors(".weight", ".default.weight");
        assertThat(read()).usingRecursiveComparison().isEqualTo(usual);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BF16", "F16", "F64"})
    void readsHalfAndDoublePrecision(DType dtype) {
        float[] exact = new float[16];
        exact[5] = 0.375f;
        tensors.put(Q0_A, exact);
        assertThat(read(dtype).factors(Q0).a()).containsExactly(exact);
    }

    @Test
    void honoursTargetsByExpressionExclusionAndLayer() {
        config.put("target_modules", ".*\\.layers\\.[01]\\.self_attn\\.(q|k)_proj")
                .put("exclude_modules", ".*k_proj");
        assertThat(read().sites()).hasSize(2);
        config.putArray("target_modules").add("q_proj");
        config.putArray("layers_to_transform").add(1);
        assertRefused("module model.layers.0.self_attn.q_proj has factors, but adapter_config.json does not target it");
        tensors.keySet().removeIf(name -> name.contains("layers.0"));
        assertThat(read().sites()).containsOnlyKeys(new Site(1, Projection.Q));
        config.put("layers_pattern", "blocks");
        assertRefused("does not target it");
        config.put("layers_pattern", "layers");
        assertThat(read().sites()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "peft_type | \"IA3\" | peft_type is IA3",
                "use_dora | true | use_dora (DoRA) cannot be honoured",
                "modules_to_save | [\"norm\"] | modules_to_save",
                "bias | \"all\" | bias all cannot be honoured",
                "lora_bias | true | lora_bias",
                "fan_in_fan_out | true | fan_in_fan_out",
                "alora_invocation_tokens | [1] | alora_invocation_tokens",
                "use_qalora | true | use_qalora",
                "trainable_token_indices | [5] | trainable_token_indices",
                "target_parameters | [\"w\"] | target_parameters",
                "layer_replication | [[0,2]] | layer_replication",
                "some_future_setting | 3 | some_future_setting (3) cannot be honoured",
                "init_lora_weights | \"pissa\" | it changes the base's weights",
                "r | 0 | r must be positive",
                "r | 3 | expected [3, 8]",
                "lora_alpha | null | lora_alpha is missing",
                "target_modules | [\"q_proj\",\"v_proj\"] | targets module layers.0.self_attn.v_proj, for which there are no factors",
                "target_modules | [\"q_proj\",\"lm_head\"] | targets lm_head",
                "target_modules | [\"v_proj\"] | does not target it",
                "target_modules | \"(q_proj\" | target_modules is no regular expression",
                "rank_pattern | {\"q_proj\":1} | expected [1, 8]"
            })
    void refusesASettingThatCannotBeHonoured(String field, String value, String reason) throws IOException {
        config.set(field, JSON.readTree(value));
        assertRefused(reason);
    }

    @Test
    void ignoresSettingsThatAreOffOrAboutTraining() {
        String fingerprint = read().fingerprint();
        config.put("use_dora", false)
                .putNull("modules_to_save")
                .put("lora_dropout", 0.1)
                .put("bias", "none");
        config.putObject("loftq_config");
        config.put("init_lora_weights", "gaussian").put("peft_version", "0.21.0");
        assertThat(read().fingerprint()).isEqualTo(fingerprint);
    }

    @ParameterizedTest
    @CsvSource({
        "base_model.model.model.embed_tokens.lora_embedding_A,a LoRA on an embedding",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector,part of DoRA",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_B.bias,a bias in the LoRA",
        "base_model.model.model.norm.weight,a weight of the base or a module saved whole",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_C.weight,no factor of plain LoRA",
        "base_model.model.lm_head.lora_A.weight,module lm_head cannot be adapted",
        "base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight,which has 2 layers",
        "base_model.model.model.layers.0.self_attn.qkv_proj.lora_A.weight,qkv_proj cannot be adapted",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight,is there under two names",
        "model.layers.0.self_attn.k_proj.lora_B.weight,has a lora_B but no lora_A"
    })
    void refusesATensorThatIsNoFactorOfTheBase(String name, String reason) {
        tensors.put(name, new float[16]);
        shapes.put(name, new long[] {2, 8});
        assertRefused(reason);
    }

    @Test
    void refusesAnAdapterOfAnotherBase() {
        base = ModelConfigReader.read(TinyModel.writeConfig(
                directory.resolve("wider"), TinyModel.config().put("hidden_size", 16)));
        assertRefused("has shape [2, 8]; expected [2, 16]: the adapter is of another base model");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, 3e38f})
    void refusesNumbersThatAreNoneAfterScaling(float value) {
        tensor(Q0_B)[7] = value;
        assertRefused("module model.layers.0.self_attn.q_proj holds NaN or infinity");
    }

    @Test
    void allowsAnAdapterThatChangesNothing() {
        tensors.replaceAll((name, values) -> name.contains("lora_B") ? new float[values.length] : values);
        assertThat(read().sites()).hasSize(2);
    }

    @Test
    void refusesAnAdapterWithoutFactorsOrHalfOfThem() {
        tensors.remove(Q0_A);
        assertRefused("has a lora_B but no lora_A");
        tensors.clear();
        assertRefused("holds no LoRA factors at all");
    }

    @Test
    void refusesATruncatedFileAndAnEmptyDirectory() throws IOException {
        read();
        Path weights = directory.resolve("adapter/adapter_model.safetensors");
        Files.write(weights, java.util.Arrays.copyOf(Files.readAllBytes(weights), 700));
        assertThatThrownBy(this::readAsItIs)
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("truncated");
        Files.delete(weights);
        assertThatThrownBy(this::readAsItIs).hasMessageContaining("holds no adapter_model.safetensors");
        Files.delete(directory.resolve("adapter/adapter_config.json"));
        assertThatThrownBy(this::readAsItIs).hasMessageContaining("holds no adapter_config.json");
    }

    @Test
    @Timeout(10)
    void endsAnExpressionThatWouldRunForEver() {
        config.put("target_modules", "(([a-z._0-9]+)+)+!");
        assertRefused("takes too long");
    }

    private void put(String module, int rank, int... layers) {
        Random random = new Random(5);
        for (int layer : layers) {
            String name = module.formatted(layer);
            shapes.put(name + ".lora_A.weight", new long[] {rank, 8});
            shapes.put(name + ".lora_B.weight", new long[] {8, rank});
            tensors.put(name + ".lora_A.weight", TinyModel.randomValues(random, rank, 8));
            tensors.put(name + ".lora_B.weight", TinyModel.randomValues(random, 8, rank));
        }
    }

    private void renameTensors(String from, String to) {
        for (String name : java.util.List.copyOf(tensors.keySet())) {
            tensors.put(name.replace(from, to), tensors.remove(name));
            shapes.put(name.replace(from, to), shape(name));
        }
    }

    private float[] tensor(String name) {
        return Objects.requireNonNull(tensors.get(name));
    }

    private long[] shape(String name) {
        return Objects.requireNonNull(shapes.get(name));
    }

    private static float[] times(float[] values, float factor) {
        float[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= factor;
        }
        return scaled;
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(this::read)
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(directory.resolve("adapter").toString())
                .hasMessageContaining(reason);
    }

    private LoraAdapter read() {
        return read(DType.F32);
    }

    private LoraAdapter read(DType dtype) {
        SafetensorsWriter writer = new SafetensorsWriter(Map.of());
        tensors.forEach((name, values) -> writer.add(name, dtype, () -> values, shape(name)));
        writer.write(directory.resolve("adapter/adapter_model.safetensors"));
        try {
            Files.writeString(directory.resolve("adapter/adapter_config.json"), config.toString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return readAsItIs();
    }

    private LoraAdapter readAsItIs() {
        return PeftReader.read(directory.resolve("adapter"), base, "base");
    }
}
