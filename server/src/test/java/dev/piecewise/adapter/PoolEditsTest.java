package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sharers come to a pool and leave it while the others' pieces stay what they are. */
final class PoolEditsTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    private static final Consent ALL = new Consent("themselves", NOON, 1);
    private static final Consent HALF = new Consent("themselves", NOON, 0.5);
    private static final Site Q1 = new Site(1, Projection.Q);

    @TempDir
    Path directory;

    private ModelConfig base;

    @BeforeEach
    void readTheBase() {
        base = ModelConfigReader.read(TinyModel.writeConfig(directory.resolve("base"), TinyModel.config()));
    }

    private Contribution whole(String id, long seed) {
        LoraAdapter adapter = TinyPool.adapter(base, 2, seed, Projection.values());
        return new Contribution(id, 20, adapter, Optional.empty()).agreed(ALL, "base", 1);
    }

    private Contribution half(String id, long seed) {
        return new Contribution(id, 20, whole(id, seed).adapter(), Optional.empty()).agreed(HALF, "base", 1);
    }

    private Pool pool(Contribution... contributions) {
        return PoolImporter.pool("base", Merge.PRODUCT, List.of(contributions));
    }

    private static void assertSamePieces(Pool one, String id, Pool other) {
        int a = one.indexOf(id);
        int b = other.indexOf(id);
        one.sites().forEach((site, stack) -> {
            assertThat(other.stack(site).a(b)).isEqualTo(stack.a(a));
            assertThat(other.stack(site).b(b)).isEqualTo(stack.b(a));
            assertThat(other.stack(site).gate(b)).isEqualTo(stack.gate(a));
        });
    }

    @Test
    void whatOneComerAddsIsWhatImportingAllMakes() {
        Pool grown = PoolEdits.with(pool(whole("a", 1), whole("b", 2)), whole("c", 3));
        Pool whole = pool(whole("a", 1), whole("b", 2), whole("c", 3));
        assertThat(grown.sharers()).isEqualTo(whole.sharers());
        whole.sharers().forEach(sharer -> assertSamePieces(whole, sharer.id(), grown));
        assertThat(grown.earlier())
                .containsExactly(pool(whole("a", 1), whole("b", 2)).hash());
        PoolWriter.write(grown, directory.resolve("pool"));
        assertThat(PoolReader.read(directory.resolve("pool")).hash()).isEqualTo(grown.hash());
    }

    @Test
    void leavingChangesNobodyElsesPieces() {
        Pool before = pool(whole("a", 1), whole("b", 2), whole("c", 3));
        PoolWriter.write(before, directory.resolve("before"));
        Pool after = PoolEdits.without(PoolReader.read(directory.resolve("before")), "b", NOON);
        PoolWriter.write(after, directory.resolve("after"));
        Pool read = PoolReader.read(directory.resolve("after"));
        assertThat(read.sharers()).extracting(Pool.Sharer::id).containsExactly("a", "c");
        assertSamePieces(before, "a", read);
        assertSamePieces(before, "c", read);
        assertThat(read.withdrawn()).containsExactly(new Pool.Withdrawal("b", NOON));
        assertThat(read.earlier()).containsExactly(before.hash());
        assertThat(PoolEdits.with(read, whole("b", 2)).withdrawn()).isEmpty();
    }

    @Test
    void keepsThePoolsOwnScale() {
        Pool plain = pool(whole("a", 1));
        Pool scaled = new Pool("", "base", 2, 2, Merge.PRODUCT, Keys.ARROW, plain.sharers(), plain.sites());
        Pool grown = PoolEdits.with(scaled, whole("b", 2));
        assertThat(grown.scale()).isEqualTo(2);
        assertThat(grown.stack(Q1).b(0)).isEqualTo(plain.stack(Q1).b(0));
        float[] halved = whole("b", 2).adapter().factors(Q1).b().clone();
        for (int i = 0; i < halved.length; i++) {
            halved[i] /= 2;
        }
        assertThat(grown.stack(Q1).b(1)).containsExactly(halved, within(0f));
    }

    @Test
    void aShareRatioGivesASeededPartOfTheSites() {
        Contribution part = half("a", 1);
        assertThat(part.adapter().sites()).hasSize(7);
        assertThat(half("a", 1).adapter().sites().keySet())
                .isEqualTo(part.adapter().sites().keySet());
        Contribution whole = new Contribution("a", 1, whole("a", 1).adapter(), Optional.empty());
        assertThat(whole.agreed(HALF, "base", 2).adapter().sites().keySet())
                .isNotEqualTo(part.adapter().sites().keySet());
        assertThat(whole.agreed(new Consent("a", NOON, 0.001), "base", 2)
                        .adapter()
                        .sites())
                .hasSize(1);
    }

    @Test
    void remembersWhoHasNoPieceWhere() {
        Pool pool = pool(half("a", 1), half("b", 2), whole("c", 3));
        PoolWriter.write(pool, directory.resolve("pool"));
        Pool read = PoolReader.read(directory.resolve("pool"));
        assertThat(read).usingRecursiveComparison().ignoringFields("sites").isEqualTo(pool);
        assertThat(read.pieces()).isEqualTo(7 + 7 + 14);
        for (Site site : read.sites().keySet()) {
            assertThat(read.has(0, site))
                    .isEqualTo(half("a", 1).adapter().sites().containsKey(site));
            assertThat(read.has(2, site)).isTrue();
        }
    }

    @Test
    void aSiteThatNobodySharesIsNoneOfThePool() {
        Pool pool = pool(half("a", 1), half("b", 2));
        assertThat(pool.sites().size()).isLessThan(14);
        Pool grown = PoolEdits.with(pool, whole("c", 3));
        assertThat(grown.sites()).hasSize(14);
        assertThat(grown.pieces()).isEqualTo(7 + 7 + 14);
        assertSamePieces(pool, "a", grown);
        Pool shrunk = PoolEdits.without(grown, "c", NOON);
        assertThat(shrunk.sites().keySet()).isEqualTo(pool.sites().keySet());
        assertThat(shrunk.pieces()).isEqualTo(14);
    }

    @Test
    void consentsAreOfThePoolsContent() {
        Pool unsaid = PoolImporter.pool(
                "base",
                Merge.PRODUCT,
                List.of(TinyPool.contribution("a", whole("a", 1).adapter())));
        Pool agreed = PoolEdits.agreed(unsaid, ALL);
        assertThat(agreed.hash()).isNotEqualTo(unsaid.hash());
        assertThat(PoolEdits.agreed(unsaid, new Consent("another", NOON, 1)).hash())
                .isNotEqualTo(agreed.hash());
        assertThat(PoolEdits.agreed(agreed, new Consent("another", NOON, 1)).hash())
                .isEqualTo(agreed.hash());
    }

    @Test
    void refusesWhoDoesNotFit() {
        Pool pool = pool(whole("a", 1));
        assertThatThrownBy(() -> PoolEdits.with(pool, whole("a", 2))).hasMessageContaining("has sharer \"a\" already");
        assertThatThrownBy(() -> PoolEdits.with(
                        pool, TinyPool.contribution("b", TinyPool.adapter(base, 3, 1, Projection.values()))))
                .hasMessageContaining("is of rank 2, and sharer \"b\" of rank 3");
        assertThatThrownBy(() ->
                        PoolEdits.with(pool, TinyPool.contribution("b", TinyPool.adapter(base, 2, 1, Projection.Q))))
                .hasMessageContaining("sharer \"b\" has no piece for site layers.0.self_attn.k_proj");
        SortedMap<Site, float[]> gates = new TreeMap<>();
        pool.sites().forEach((site, stack) -> gates.put(site, new float[stack.in()]));
        assertThatThrownBy(() -> PoolEdits.with(
                        pool, new Contribution("b", 0, whole("b", 2).adapter(), Optional.of(gates))))
                .hasMessageContaining("has keys from arrow");
        assertThatThrownBy(() -> PoolEdits.without(pool, "b", NOON)).hasMessageContaining("has no sharer \"b\"");
        assertThatThrownBy(() -> PoolEdits.without(pool, "a", NOON)).hasMessageContaining("has no other sharer");
    }

    @Test
    void refusesADescriptionThatMakesNoSense() throws IOException {
        PoolWriter.write(pool(half("a", 1), whole("b", 2)), directory.resolve("pool"));
        Path file = directory.resolve("pool/pool.json");
        String good = Files.readString(file);
        for (Map.Entry<String, String> wrong : Map.of(
                        "\"ratio\" : 0.5", "\"ratio\" : 1.5",
                        "\"by\" : \"themselves\"", "\"by\" : \"\"",
                        "\"at\" : \"2026-05-01T12:00:00Z\"", "\"at\" : \"noon\"",
                        "\"absent\" : [ ", "\"absent\" : [ \"layers.9.self_attn.q_proj\", ",
                        "\"ratio\" : 0.5 ", "\"ratio\" : 0.25 ")
                .entrySet()) {
            String bad = good.replace(wrong.getKey(), wrong.getValue());
            Files.writeString(file, bad);
            if (!bad.equals(good)) {
                assertThatThrownBy(() -> PoolReader.read(directory.resolve("pool")))
                        .isInstanceOf(BadFileException.class);
            }
        }
        Files.writeString(file, good);
        assertThat(PoolReader.read(directory.resolve("pool")).pieces()).isEqualTo(21);
    }

    @Test
    void plansMoveToALaterVersion() {
        Pool pool = pool(whole("a", 1), whole("b", 2), whole("c", 3));
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        List<Choice> both = List.of(new Choice("b", 0.6), new Choice("c", 0.3), new Choice("a", 0.1));
        sites.put(Q1, both);
        sites.put(new Site(0, Projection.Q), List.of(new Choice("b", 1)));
        sites.put(new Site(0, Projection.K), List.of(new Choice("a", 1)));
        Plan plan = new Plan("base", pool.hash(), Merge.PRODUCT, 3, sites, 4, NOON);
        Pool without = PoolEdits.without(pool, "b", NOON);
        Plan moved = Plans.moved(plan, without).orElseThrow();
        Plans.requireFits(moved, without);
        assertThat(moved.sites()).containsOnlyKeys(new Site(0, Projection.K), Q1);
        List<Choice> left = new ArrayList<>(moved.sites().get(Q1));
        assertThat(left).extracting(Choice::sharer).containsExactly("c", "a");
        assertThat(left.getFirst().weight()).isCloseTo(0.75, within(1e-12));
        assertThat(Plans.moved(plan, PoolEdits.with(pool, whole("d", 4)))
                        .orElseThrow()
                        .sites())
                .isEqualTo(plan.sites());
        Pool onlyB = pool(whole("d", 4));
        assertThat(Plans.moved(plan, onlyB)).isEmpty();
    }
}
