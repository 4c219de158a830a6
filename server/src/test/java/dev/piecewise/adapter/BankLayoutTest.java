package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Rope;
import dev.piecewise.checkpoint.Site;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A layer of width 3 with q of 4 outputs, k and v of 2 each. */
final class BankLayoutTest {
    private static final BankLayout LAYOUT = new BankLayout(shape(3, 2, 1, 2, 4), Float.BYTES);

    private static ModelConfig shape(int hidden, int heads, int kvHeads, int headDim, int intermediate) {
        return new ModelConfig(
                "LlamaForCausalLM",
                10,
                hidden,
                intermediate,
                1,
                heads,
                kvHeads,
                headDim,
                1e-5f,
                new Rope.Default(10_000),
                0,
                List.of(),
                false,
                false,
                false,
                false,
                true,
                64,
                List.of(),
                -1);
    }

    private static LoraAdapter adapter(Map<Projection, Factors> factors) {
        TreeMap<Site, Factors> sites = new TreeMap<>();
        factors.forEach((projection, values) -> sites.put(new Site(0, projection), values));
        return new LoraAdapter("f", sites);
    }

    private static float[] floats(byte[] bytes) {
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
        return values;
    }

    @Test
    void aBankOnTheCpuHasAsManyColumnsAsItsWidestPartAllows() {
        assertThat(LAYOUT.mostColumns()).isEqualTo(Integer.MAX_VALUE / (3 * 3 * Float.BYTES));
        assertThat(new BankLayout(shape(2048, 32, 4, 64, 5632), 2).mostColumns())
                .isEqualTo(Integer.MAX_VALUE / (2 * 5632 * 2));
    }

    @Test
    void projectionsOfTheSameInputStandSideBySide() {
        Factors q = new Factors(2, 3, 4, new float[] {1, 2, 3, 4, 5, 6}, new float[] {11, 12, 13, 14, 15, 16, 17, 18});
        Factors v = new Factors(1, 3, 2, new float[] {7, 8, 9}, new float[] {19, 20});
        BankImage image = LAYOUT.image(adapter(Map.of(Projection.Q, q, Projection.V, v)));
        assertThat(image.fingerprint()).isEqualTo("f");
        assertThat(image.rank()).isEqualTo(2);
        assertThat(image.tiles()).hasSize(1);
        BankImage.Tile tile = image.tiles().getFirst();
        assertThat(tile.layer()).isZero();
        assertThat(tile.group()).isEqualTo(ProjectionGroup.QKV);
        // for each of three inputs: q's two ranks, k's, v's
        assertThat(floats(tile.a())).containsExactly(1, 4, 0, 0, 7, 0, 2, 5, 0, 0, 8, 0, 3, 6, 0, 0, 9, 0);
        // chunks of two outputs: two of q, one of k, one of v; in each the first rank's two values, then the second's
        assertThat(floats(tile.b())).containsExactly(11, 13, 12, 14, 15, 17, 16, 18, 0, 0, 0, 0, 19, 20, 0, 0);
        assertThat(image.bytes()).isEqualTo(4 * (18 + 16));
    }

    @Test
    void groupsWithoutAnySiteAreLeftOut() {
        Factors down = new Factors(1, 4, 3, new float[] {1, 2, 3, 4}, new float[] {5, 6, 7});
        List<BankImage.Tile> tiles =
                LAYOUT.image(adapter(Map.of(Projection.DOWN, down))).tiles();
        assertThat(tiles).extracting(BankImage.Tile::group).containsExactly(ProjectionGroup.DOWN);
        assertThat(floats(tiles.getFirst().a())).containsExactly(1, 2, 3, 4);
        assertThat(floats(tiles.getFirst().b())).containsExactly(5, 6, 7);
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 3f80",
        "-2.5, c020",
        "1.00390625, 3f80", // half way to the next: to the even one
        "1.01171875, 3f82", // half way, up to the even one
        "1.0039065, 3f81",
        "3.4e38, 7f80",
        "1e-40, 0001"
    })
    void bfloat16IsTheNearest(float value, String bits) {
        Factors o = new Factors(1, 4, 3, new float[] {value, 0, 0, 0}, new float[] {0, 0, 0});
        BankImage image = new BankLayout(LAYOUT.shape(), 2).image(adapter(Map.of(Projection.O, o)));
        byte[] a = image.tiles().getFirst().a();
        assertThat(a).hasSize(8);
        short first = ByteBuffer.wrap(a).order(ByteOrder.nativeOrder()).getShort();
        assertThat(Integer.toHexString(first & 0xFFFF)).isEqualTo(bits.replaceFirst("^0+", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "2048, 32, 4, 64, 5632, 256, 256, 256",
        "896, 14, 2, 64, 4864, 128, 224, 256",
        "7, 1, 1, 2, 11, 2, 7, 11"
    })
    void aChunkDividesEveryOutputOfItsGroup(
            int hidden, int heads, int kvHeads, int headDim, int intermediate, int qkv, int down, int gateUp) {
        BankLayout layout = new BankLayout(shape(hidden, heads, kvHeads, headDim, intermediate), 2);
        assertThat(layout.chunk(ProjectionGroup.QKV)).isEqualTo(qkv);
        assertThat(layout.chunk(ProjectionGroup.OUT)).isEqualTo(down);
        assertThat(layout.chunk(ProjectionGroup.DOWN)).isEqualTo(down);
        assertThat(layout.chunk(ProjectionGroup.GATE_UP)).isEqualTo(gateUp);
    }
}
