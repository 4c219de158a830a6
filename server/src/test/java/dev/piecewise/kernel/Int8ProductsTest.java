package dev.piecewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import dev.piecewise.kernel.RowProducts.Matrix;
import dev.piecewise.kernel.RowProducts.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the same whole numbers in Java, rounded where {@link Int8Kernel} rounds. Only processors with AMX run it. */
final class Int8ProductsTest {
    private static final int INPUTS = 192;
    private static final int OUTPUTS = 128;

    private final Random random = new Random(5);
    private final byte[] weights = new byte[OUTPUTS * INPUTS];
    private final float[] scales = new float[OUTPUTS];
    private final float[] bias = new float[OUTPUTS];

    @BeforeAll
    static void loadOpenMp() {
        Engine.getEngine("PyTorch");
    }

    Int8ProductsTest() {
        random.nextBytes(weights);
        for (int out = 0; out < OUTPUTS; out++) {
            scales[out] = random.nextFloat() / 100;
            bias[out] = Bfloat16.rounded((float) random.nextGaussian());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 16, 17, 40, 64, 121, 128})
    void rowsAreRoundedByStepsOfTheirOwn(int rows) {
        float[] x = numbers(rows * INPUTS);
        float[] onto = numbers(rows * OUTPUTS);
        assertThat(multiplied(x, onto, rows, false)).isEqualTo(expected(x, onto, rows, false));
        assertThat(multiplied(x, onto, rows, true)).isEqualTo(expected(x, onto, rows, true));
    }

    @Test
    void aRowOfZerosGivesZeros() {
        assertThat(multiplied(new float[INPUTS], new float[OUTPUTS], 1, false)).containsOnly(0f);
    }

    @Test
    void matricesFitWhoseInputsFillBlocks() {
        assertThat(RowProducts.fit(64, 64, true)).isTrue();
        assertThat(RowProducts.fit(96, 64, true)).isFalse();
        assertThat(RowProducts.fit(64, 96, true)).isFalse();
    }

    /** Rows of very different size. */
    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Bfloat16.rounded((float) (random.nextGaussian() * Math.pow(10, i / INPUTS % 7 - 3)));
        }
        return numbers;
    }

    private float[] multiplied(float[] x, float[] onto, int rows, boolean added) {
        RowProducts products = Kernels.on(2).map(Kernels::products).orElse(null);
        assumeTrue(products != null);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment y = arena.allocate(2L * rows * OUTPUTS, 64);
            MemorySegment scale = arena.allocateFrom(ValueLayout.JAVA_FLOAT, scales);
            Matrix matrix = new Matrix(
                    packed(arena).address(),
                    scale.address(),
                    added ? Bfloat16.memory(arena, bias).address() : 0,
                    INPUTS,
                    OUTPUTS);
            Rows sums = added ? new Rows(Bfloat16.memory(arena, onto).address(), OUTPUTS) : Rows.NONE;
            products.multiply(new Rows(Bfloat16.memory(arena, x).address(), INPUTS), matrix, sums, y.address(), rows);
            return Bfloat16.values(y, rows * OUTPUTS);
        }
    }

    /** Strips of 64 outputs; in each, for every four inputs, the fours of its outputs. Behind all of them the negative sums. */
    private MemorySegment packed(Arena arena) {
        MemorySegment packed = arena.allocate(weights.length + 4L * OUTPUTS, 64);
        for (int out = 0; out < OUTPUTS; out++) {
            int sum = 0;
            for (int in = 0; in < INPUTS; in++) {
                byte weight = weights[out * INPUTS + in];
                int at = out / 64 * 64 * INPUTS + in / 4 * 256 + out % 64 * 4 + in % 4;
                packed.set(ValueLayout.JAVA_BYTE, at, weight);
                sum += weight;
            }
            packed.set(ValueLayout.JAVA_INT, weights.length + 4L * out, -sum);
        }
        return packed;
    }

    private float[] expected(float[] x, float[] onto, int rows, boolean added) {
        float[] y = new float[rows * OUTPUTS];
        for (int row = 0; row < rows; row++) {
            float most = 0;
            for (int in = 0; in < INPUTS; in++) {
                most = Math.max(most, Math.abs(x[row * INPUTS + in]));
            }
            float step = Bfloat16.rounded(most * (1 / 127f));
            for (int out = 0; out < OUTPUTS; out++) {
                int sum = 0;
                for (int in = 0; in < INPUTS; in++) {
                    int rounded = (int) (x[row * INPUTS + in] * (1 / step) + 128.5f) - 128;
                    sum += rounded * weights[out * INPUTS + in];
                }
                float product = Bfloat16.rounded(sum * scales[out]) * step;
                int at = row * OUTPUTS + out;
                y[at] = Bfloat16.rounded(added ? Bfloat16.rounded(onto[at] + product) + bias[out] : product);
            }
        }
        return y;
    }
}
