package dev.piecewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import dev.piecewise.kernel.RowProducts.Matrix;
import dev.piecewise.kernel.RowProducts.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the same sums in Java, in the same order, rounded where the kernels round. Only processors with AMX run it. */
final class RowProductsTest {
    private static final int INPUTS = 64;
    private static final int OUTPUTS = 192;

    @BeforeAll
    static void loadOpenMp() {
        Engine.getEngine("PyTorch");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 16, 17, 32, 50, 64, 121, 128})
    void productsAreTheSumsOfBlocks(int rows) {
        Case given = new Case(rows, INPUTS, OUTPUTS);
        assertThat(given.multiplied(products(2), false)).isEqualTo(given.expected(false));
        assertThat(given.multiplied(products(2), true)).isEqualTo(given.expected(true));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16, 37})
    void longRowsAreSummedUpInChunks(int rows) {
        Case given = new Case(rows, 2560, 64);
        assertThat(given.multiplied(products(2), true)).isEqualTo(given.expected(true));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void anyNumberOfThreadsTakesEveryStripOnce(int threads) {
        Case given = new Case(3, INPUTS, OUTPUTS);
        assertThat(given.multiplied(products(threads), true)).isEqualTo(given.expected(true));
    }

    @ParameterizedTest
    @CsvSource({"32, 1", "2048, 1", "2560, 2", "4096, 2", "5632, 4", "14336, 7"})
    void chunksAreEqualAndAtMost2048Long(int inputs, int chunks) {
        assertThat(RowProducts.chunks(inputs)).isEqualTo(chunks);
    }

    @Test
    void shapesThatDoNotFillStripsDoNotFit() {
        assertThat(RowProducts.fit(64, 128, false)).isTrue();
        assertThat(RowProducts.fit(48, 128, false)).isFalse();
        assertThat(RowProducts.fit(64, 96, false)).isFalse();
    }

    private static RowProducts products(int threads) {
        Optional<RowProducts> products = Kernels.on(threads).map(Kernels::products);
        assumeTrue(products.isPresent());
        return products.get();
    }

    /** Random numbers of bfloat16 in a few rows, a matrix and what is added. */
    private static final class Case {
        private final int rows;
        private final int inputs;
        private final int outputs;
        private final short[] x;
        private final short[] w;
        private final short[] onto;
        private final short[] bias;

        Case(int rows, int inputs, int outputs) {
            this.rows = rows;
            this.inputs = inputs;
            this.outputs = outputs;
            Random random = new Random(rows + inputs);
            this.x = numbers(random, rows * inputs);
            this.w = numbers(random, outputs * inputs);
            this.onto = numbers(random, rows * outputs);
            this.bias = numbers(random, outputs);
        }

        short[] multiplied(RowProducts products, boolean added) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment y = arena.allocate(2L * rows * outputs, 64);
                products.multiply(
                        new Rows(memory(arena, x).address(), inputs),
                        new Matrix(
                                memory(arena, packed()).address(),
                                0,
                                added ? memory(arena, bias).address() : 0,
                                inputs,
                                outputs),
                        added ? new Rows(memory(arena, onto).address(), outputs) : Rows.NONE,
                        y.address(),
                        rows);
                return y.toArray(ValueLayout.JAVA_SHORT);
            }
        }

        short[] expected(boolean added) {
            short[] y = new short[rows * outputs];
            for (int row = 0; row < rows; row++) {
                for (int out = 0; out < outputs; out++) {
                    float sum = sum(row, out);
                    y[row * outputs + out] =
                            Bfloat16.bits(added ? value(onto[row * outputs + out]) + (value(bias[out]) + sum) : sum);
                }
            }
            return y;
        }

        private float sum(int row, int out) {
            int length = inputs / RowProducts.chunks(inputs);
            float total = 0;
            for (int chunk = 0; chunk < inputs; chunk += length) {
                float sum = 0;
                for (int block = chunk; block < chunk + length; block += 32) {
                    float even = 0;
                    float odd = 0;
                    for (int i = block; i < block + 32; i += 2) {
                        even = Math.fma(value(x[row * inputs + i]), value(w[out * inputs + i]), even);
                        odd = Math.fma(value(x[row * inputs + i + 1]), value(w[out * inputs + i + 1]), odd);
                    }
                    sum += even + odd;
                }
                total += sum;
            }
            return total;
        }

        /** Strips of 64 outputs; in each, for every pair of inputs, the pairs of its outputs. */
        private short[] packed() {
            short[] packed = new short[w.length];
            for (int out = 0; out < outputs; out++) {
                for (int in = 0; in < inputs; in++) {
                    packed[out / 64 * 64 * inputs + in / 2 * 128 + out % 64 * 2 + in % 2] = w[out * inputs + in];
                }
            }
            return packed;
        }

        private static MemorySegment memory(Arena arena, short[] values) {
            MemorySegment memory = arena.allocate(2L * values.length, 64);
            memory.copyFrom(MemorySegment.ofArray(values));
            return memory;
        }

        private static short[] numbers(Random random, int count) {
            short[] numbers = new short[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = Bfloat16.bits((float) random.nextGaussian());
            }
            return numbers;
        }

        private static float value(short bfloat16) {
            return Float.intBitsToFloat(bfloat16 << 16);
        }
    }
}
