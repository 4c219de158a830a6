package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PoolTest {
    private static final Site Q1 = new Site(1, Projection.Q);

    @TempDir
    Path directory;

    private ModelConfig base;

    @BeforeEach
    void readTheBase() {
        base = ModelConfigReader.read(TinyModel.writeConfig(directory.resolve("base"), TinyModel.config()));
    }

    @Test
    void stacksPiecesInTheOrderOfTheSharersAndFillsUpRanks() {
        LoraAdapter wide = TinyPool.adapter(base, 3, 1, Projection.Q);
        LoraAdapter narrow = TinyPool.adapter(base, 1, 2, Projection.Q);
        Pool pool = pool(TinyPool.contribution("wide", wide), TinyPool.contribution("narrow", narrow));
        PieceStack stack = pool.stack(Q1);
        Factors small = narrow.factors(Q1);
        assertThat(pool.rank()).isEqualTo(3);
        assertThat(Arrays.copyOf(stack.a(), 24)).isEqualTo(wide.factors(Q1).a());
        assertThat(Arrays.copyOfRange(stack.a(), 24, 48)).isEqualTo(Arrays.copyOf(small.a(), 24));
        assertThat(Arrays.copyOfRange(stack.b(), 24, 30)).containsExactly(small.b()[0], 0, 0, small.b()[1], 0, 0);
        assertThat(Arrays.copyOfRange(stack.gate(), 8, 16)).isEqualTo(ArrowKey.of(small));
        assertThat(pool.keys()).isEqualTo(Keys.ARROW);
        assertThat(pool.sharers()).extracting(Pool.Sharer::id).containsExactly("wide", "narrow");
        assertThat(pool.indexOf("narrow")).isEqualTo(1);
        assertThat(pool.indexOf("nobody")).isEqualTo(-1);
    }

    @Test
    void readsBackBitByBit() {
        Pool pool = TinyPool.pool(base, 3);
        PoolWriter.write(pool, directory.resolve("pool"));
        Pool read = PoolReader.read(directory.resolve("pool"), base, "base");
        assertThat(read).usingRecursiveComparison().ignoringFields("sites").isEqualTo(pool);
        assertThat(read.sites()).containsOnlyKeys(pool.sites().keySet());
        read.sites().forEach((site, stack) -> {
            PieceStack written = pool.stack(site);
            assertThat(stack.a()).isEqualTo(written.a());
            assertThat(stack.b()).isEqualTo(written.b());
            assertThat(stack.gate()).isEqualTo(written.gate());
            assertThat(stack.a(1)).isEqualTo(written.a(1));
            assertThat(stack.b(2)).isEqualTo(written.b(2));
            assertThat(stack.gate(1)).isEqualTo(written.gate(1));
        });
    }

    @Test
    void keepsAScaleThatIsNoRoundNumber() {
        for (double scale : new double[] {1 / 49.0, 0.7, 2 / Math.sqrt(2)}) {
            Pool plain = TinyPool.pool(base, 1);
            Pool scaled =
                    new Pool("", plain.base(), 2, scale, Merge.PRODUCT, Keys.ARROW, plain.sharers(), plain.sites());
            PoolWriter.write(scaled.withHash(Fingerprints.pool(scaled)), directory.resolve("pool " + scale));
            assertThat(PoolReader.read(directory.resolve("pool " + scale)).scale())
                    .isCloseTo(scale, within(1e-15));
        }
    }

    @Test
    void describesItselfInPoolJson() throws IOException {
        Pool pool = PoolImporter.pool(
                "base",
                Merge.FACTOR,
                List.of(new Contribution("Ada", 12, TinyPool.adapter(base, 2, 1, Projection.Q), Optional.empty())));
        PoolWriter.write(pool, directory.resolve("pool"));
        assertThat(new JsonMapper().readTree(directory.resolve("pool/pool.json").toFile()))
                .isEqualTo(new JsonMapper().readTree("""
                                {"format":1,"base":"base","hash":"%s","rank":2,"alpha":2.0,"merge":"factor","keys":"arrow",
                                 "sharers":[{"id":"Ada","items":12}],
                                 "sites":["layers.0.self_attn.q_proj","layers.1.self_attn.q_proj"]}""".formatted(pool.hash())));
        try (SafetensorsFile pieces = SafetensorsFile.open(directory.resolve("pool/pieces.safetensors"))) {
            assertThat(pieces.tensor("layers.0.self_attn.q_proj.A").shape()).containsExactly(1, 2, 8);
            assertThat(pieces.tensor("layers.0.self_attn.q_proj.B").shape()).containsExactly(1, 8, 2);
            assertThat(pieces.tensor("layers.0.self_attn.q_proj.gate").shape()).containsExactly(1, 8);
        }
    }

    @Test
    void takesTrainedGatesWhereAllSharersHaveThem() {
        LoraAdapter adapter = TinyPool.adapter(base, 2, 1, Projection.Q);
        SafetensorsWriter file = new SafetensorsWriter(Map.of());
        file.add("layers.0.self_attn.q_proj.gate", new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 8);
        file.add("base_model.model.model.layers.1.self_attn.q_proj.gate", new float[] {8, 7, 6, 5, 4, 3, 2, 1}, 8, 1);
        file.write(directory.resolve("gates.safetensors"));
        SortedMap<Site, float[]> gates = GateReader.read(directory.resolve("gates.safetensors"), base);
        Pool pool = pool(new Contribution("a", 0, adapter, Optional.of(gates)));
        assertThat(pool.keys()).isEqualTo(Keys.GATES);
        assertThat(pool.stack(Q1).gate()).containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
        assertThatThrownBy(() -> pool(
                        new Contribution("a", 0, adapter, Optional.of(gates)), TinyPool.contribution("b", adapter)))
                .hasMessageContaining("sharer \"b\" has no gates but others do");
        gates.remove(Q1);
        assertThatThrownBy(() -> pool(new Contribution("a", 0, adapter, Optional.of(gates))))
                .hasMessageContaining("has no gate of 8 values for site layers.1.self_attn.q_proj");
    }

    @Test
    void refusesGatesThatDoNotFit() {
        Path file = directory.resolve("gates.safetensors");
        for (Map.Entry<String, String> wrong : Map.of(
                        "layers.9.self_attn.q_proj.gate", "is no gate of a site of the base model",
                        "layers.0.self_attn.q_proj.key", "is no gate of a site of the base model",
                        "layers.0.mlp.down_proj.gate", "has shape [8]; expected [12]")
                .entrySet()) {
            new SafetensorsWriter(Map.of()).add(wrong.getKey(), new float[8], 8).write(file);
            assertThatThrownBy(() -> GateReader.read(file, base)).hasMessageContaining(wrong.getValue());
        }
        new SafetensorsWriter(Map.of())
                .add("layers.0.self_attn.q_proj.gate", new float[] {Float.NaN, 0, 0, 0, 0, 0, 0, 0}, 8)
                .write(file);
        assertThatThrownBy(() -> GateReader.read(file, base)).hasMessageContaining("holds NaN or infinity");
    }

    @Test
    void refusesSharersThatDoNotFitTogether() {
        LoraAdapter queries = TinyPool.adapter(base, 2, 1, Projection.Q);
        LoraAdapter more = TinyPool.adapter(base, 2, 1, Projection.Q, Projection.V);
        assertThatThrownBy(() -> pool(TinyPool.contribution("a", queries), TinyPool.contribution("b", more)))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(
                        "sharer \"a\" has no piece for site layers.0.self_attn.v_proj, which other sharers have");
        assertThatThrownBy(() -> pool(TinyPool.contribution("a", queries), TinyPool.contribution("a", queries)))
                .hasMessageContaining("sharer \"a\" is there twice");
        assertThatThrownBy(() -> pool(TinyPool.contribution(" ", queries))).hasMessageContaining("cannot be used");
        assertThatThrownBy(PoolTest::pool).hasMessageContaining("has no sharer");
    }

    @Test
    void isKnownByItsContent() {
        LoraAdapter one = TinyPool.adapter(base, 2, 1, Projection.Q);
        LoraAdapter two = TinyPool.adapter(base, 2, 2, Projection.Q);
        String hash = pool(TinyPool.contribution("a", one), TinyPool.contribution("b", two))
                .hash();
        assertThat(pool(TinyPool.contribution("a", one), TinyPool.contribution("b", two))
                        .hash())
                .isEqualTo(hash);
        assertThat(pool(TinyPool.contribution("a", two), TinyPool.contribution("b", one))
                        .hash())
                .isNotEqualTo(hash);
        assertThat(pool(TinyPool.contribution("a", one), TinyPool.contribution("c", two))
                        .hash())
                .isNotEqualTo(hash);
    }

    @Test
    void isNeverChangedInPlace() {
        PoolWriter.write(TinyPool.pool(base, 1), directory.resolve("pool"));
        assertThatThrownBy(() -> PoolWriter.write(TinyPool.pool(base, 2), directory.resolve("pool")))
                .hasMessageContaining("exists already and is not changed");
        assertThat(PoolReader.read(directory.resolve("pool")).sharers()).hasSize(1);
    }

    @Test
    void noticesEveryBitThatChanged() throws IOException {
        PoolWriter.write(TinyPool.pool(base, 2), directory.resolve("pool"));
        Path pieces = directory.resolve("pool/pieces.safetensors");
        byte[] good = Files.readAllBytes(pieces);
        byte[] bad = good.clone();
        bad[bad.length - 20] ^= 1;
        Files.write(pieces, bad);
        assertRefused("is not what was published: its content hash is");
        Files.write(pieces, Arrays.copyOf(good, good.length - 1));
        assertRefused("truncated");
        Files.write(pieces, good);
        describe(json -> json.withArray("sharers").remove(0));
        assertRefused("has shape [2, 2, 8]; expected [1, 2, 8]");
    }

    @Test
    void namesTheFieldOfPoolJsonThatIsWrong() throws IOException {
        PoolWriter.write(TinyPool.pool(base, 2), directory.resolve("pool"));
        describe(json -> json.put("format", 2));
        assertRefused("format is 2; this version reads 1");
        describe(json -> json.withArray("sites").set(0, "layers.0.attention.wq"));
        assertRefused("sites names \"layers.0.attention.wq\"");
        describe(json -> json.withArray("sites").remove(0));
        assertRefused("holds 12 tensors for 3 sites");
        describe(json -> json.put("merge", "sum"));
        assertRefused("merge is \"sum\", which is not known");
        describe(json -> json.put("rank", 3));
        assertRefused("has shape [2, 2, 8]; expected [2, 3, 8]");
        describe(json -> json.remove("hash"));
        assertRefused("hash is missing");
    }

    @Test
    void refusesAPoolWithInfiniteNumbers() {
        Pool pool = TinyPool.pool(base, 1);
        pool.stack(Q1).a()[3] = Float.POSITIVE_INFINITY;
        PoolWriter.write(pool, directory.resolve("pool"));
        assertRefused("tensor layers.1.self_attn.q_proj.A holds NaN or infinity");
    }

    @Test
    void refusesAPoolOfAnotherBase() {
        PoolWriter.write(TinyPool.pool(base, 1), directory.resolve("pool"));
        assertThatThrownBy(() -> PoolReader.read(directory.resolve("pool"), base, "other"))
                .hasMessageContaining("is a pool of base model base, not of other");
    }

    @Test
    void isNotTakenForAPoolWhileUnderConstruction() throws IOException {
        PoolWriter.write(TinyPool.pool(base, 1), directory.resolve("pools/good"));
        Path half = Files.createDirectory(directory.resolve("pools/half"));
        Files.copy(directory.resolve("pools/good/pieces.safetensors"), half.resolve("pieces.safetensors"));
        Path killed = Files.createDirectory(directory.resolve("pools/.pool.tmp-1234"));
        Files.copy(directory.resolve("pools/good/pool.json"), killed.resolve("pool.json"));
        assertThat(PoolFiles.list(directory.resolve("pools"))).containsExactly(directory.resolve("pools/good"));
        for (Path none : List.of(half, killed, directory.resolve("nothing"))) {
            assertThatThrownBy(() -> PoolReader.read(none)).hasMessageContaining("is no pool");
        }
    }

    private static Pool pool(Contribution... contributions) {
        return PoolImporter.pool("base", Merge.PRODUCT, List.of(contributions));
    }

    private void describe(Consumer<ObjectNode> change) throws IOException {
        Path file = directory.resolve("pool/pool.json");
        Path original = directory.resolve("pool.json.original");
        if (Files.notExists(original)) {
            Files.copy(file, original);
        }
        ObjectNode json = (ObjectNode) new JsonMapper().readTree(original.toFile());
        change.accept(json);
        Files.writeString(file, json.toString());
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> PoolReader.read(directory.resolve("pool")))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(reason);
    }
}
