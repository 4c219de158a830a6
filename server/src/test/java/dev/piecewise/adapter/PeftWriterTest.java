package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeftWriterTest {
    @TempDir
    Path directory;

    private final Random random = new Random(3);
    private final SortedMap<Site, Factors> sites = new TreeMap<>();
    private ModelConfig base;

    @BeforeEach
    void readTheBase() {
        base = ModelConfigReader.read(TinyModel.writeConfig(directory.resolve("base"), TinyModel.config()));
    }

    @Test
    void writesWhatReadsBackBitByBit() throws IOException {
        for (Projection projection : Projection.values()) {
            put(new Site(0, projection), 2);
            put(new Site(1, projection), 2);
        }
        JsonNode config = assertRoundTrip();
        assertThat(config.get("target_modules"))
                .extracting(JsonNode::asText)
                .containsExactly("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj");
        assertThat(config.get("rank_pattern")).isEmpty();
        assertThat(config.get("lora_alpha")).isEqualTo(config.get("r"));
    }

    @Test
    void keepsDifferentRanksAndSingleSites() throws IOException {
        put(new Site(0, Projection.Q), 3);
        put(new Site(1, Projection.Q), 1);
        put(new Site(1, Projection.DOWN), 2);
        JsonNode config = assertRoundTrip();
        assertThat(config.get("r").intValue()).isEqualTo(3);
        assertThat(config.get("rank_pattern")
                        .get("model\\.layers\\.1\\.self_attn\\.q_proj")
                        .intValue())
                .isEqualTo(1);
        assertThat(config.get("target_modules")).extracting(JsonNode::asText).contains("model.layers.1.mlp.down_proj");
    }

    private JsonNode assertRoundTrip() throws IOException {
        LoraAdapter adapter = new LoraAdapter(Fingerprints.adapter("base", sites), sites);
        Path target = directory.resolve("adapter");
        PeftWriter.write(adapter, base, "tiny", target);
        assertThat(PeftReader.read(target, base, "base"))
                .usingRecursiveComparison()
                .isEqualTo(adapter);
        assertThat(PeftReader.read(target, base, "other base").fingerprint()).isNotEqualTo(adapter.fingerprint());
        assertThatThrownBy(() -> PeftWriter.write(adapter, base, "tiny", target))
                .hasMessageContaining("exists already");
        return new JsonMapper().readTree(target.resolve("adapter_config.json").toFile());
    }

    private void put(Site site, int rank) {
        int in = base.in(site.projection());
        int out = base.out(site.projection());
        float[] a = TinyModel.randomValues(random, rank, in);
        sites.put(site, new Factors(rank, in, out, a, TinyModel.randomValues(random, out, rank)));
    }
}
