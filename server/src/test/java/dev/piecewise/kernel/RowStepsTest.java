package dev.piecewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is between products, against doubles. Only processors with AMX run it. */
final class RowStepsTest {
    /** Half a step of bfloat16. */
    private static final double HALF_STEP = 1. / 256;

    private static final int ROWS = 40;

    @BeforeAll
    static void loadOpenMp() {
        Engine.getEngine("PyTorch");
    }

    private static Kernels kernels() {
        Optional<Kernels> kernels = Kernels.on(2);
        assumeTrue(kernels.isPresent());
        return kernels.get();
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 48, 2048})
    void rowsAreDividedByTheirRootMeanSquare(int width) {
        Kernels kernels = kernels();
        float[] x = Bfloat16.numbers(new Random(width), ROWS * width, 3);
        float[] gain = Bfloat16.numbers(new Random(width), width, 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment y = arena.allocate(2L * ROWS * width, 64);
            kernels.norms()
                    .normalize(
                            Bfloat16.memory(arena, x).address(),
                            width,
                            Bfloat16.memory(arena, gain).address(),
                            y.address(),
                            ROWS,
                            width,
                            1e-5f);
            for (int i = 0; i < ROWS * width; i++) {
                float[] row = Arrays.copyOfRange(x, i / width * width, (i / width + 1) * width);
                double square = 0;
                for (float value : row) {
                    square += (double) value * value;
                }
                assertNear(y, i, x[i] / Math.sqrt(square / width + 1e-5) * gain[i % width]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 48, 512})
    void gatesLetThroughWhatTheyAreOpenFor(int width) {
        Kernels kernels = kernels();
        float[] x = Bfloat16.numbers(new Random(width), ROWS * 2 * width, 4);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment y = arena.allocate(2L * ROWS * width, 64);
            kernels.units().activate(Bfloat16.memory(arena, x).address(), 2L * width, y.address(), ROWS, width);
            for (int i = 0; i < ROWS * width; i++) {
                int gate = i / width * 2 * width + i % width;
                assertNear(y, i, x[gate] / (1 + Math.exp(-x[gate])) * x[gate + width]);
            }
        }
    }

    @Test
    void gatesThatAreFarOpenOrShutGiveNoInfinities() {
        Kernels kernels = kernels();
        float[] x = new float[32];
        float[] gates = {-3e38f, -1000, -90, 90, 1000, 65536, 0};
        System.arraycopy(gates, 0, x, 0, gates.length);
        Arrays.fill(x, 16, 32, 2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment y = arena.allocate(32, 64);
            kernels.units().activate(Bfloat16.memory(arena, x).address(), 32, y.address(), 1, 16);
            float[] found = new float[gates.length];
            for (int i = 0; i < found.length; i++) {
                found[i] = Bfloat16.value(y, i);
            }
            assertThat(found[0]).isZero();
            assertThat(found[1]).isZero();
            assertThat(found[2]).isBetween(-1e-30f, 0f);
            assertThat(found).endsWith(180, 2000, 131072, 0);
        }
    }

    private static void assertNear(MemorySegment y, int at, double expected) {
        assertThat((double) Bfloat16.value(y, at))
                .as("value %d", at)
                .isCloseTo(expected, within(Math.abs(expected) * HALF_STEP + 1e-30));
    }
}
