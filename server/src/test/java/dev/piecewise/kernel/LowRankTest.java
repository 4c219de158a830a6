package dev.piecewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import dev.piecewise.kernel.LowRank.Shape;
import dev.piecewise.kernel.RowProducts.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against sums in double precision. Only processors with AMX run it. */
final class LowRankTest {
    /** Half a step of bfloat16, of what is near 1. */
    private static final double HALF_STEP = 1. / 256;

    private static final int ROWS = 5;
    private static final int PIECES = 4;

    @BeforeAll
    static void loadOpenMp() {
        Engine.getEngine("PyTorch");
    }

    /** Rows have the pieces 0 and 1, 1, none, 3 and 1 and 0, 2. */
    private static final int[][] CHOSEN = {{0, 1}, {1}, {}, {3, 1, 0}, {2}};

    @ParameterizedTest
    @CsvSource({
        "64, 8, 1, 64, 128",
        "2048, 16, 3, 256, 256",
        "192, 5, 1, 64, 64",
        "5632, 4, 2, 128, 512",
        "96, 64, 3, 32, 64",
        "32, 128, 3, 32, 32"
    })
    void rowsGetTheSumOfTheirTerms(int inputs, int rank, int members, int strip, int outputs) {
        Case given = new Case(new Shape(inputs, rank * members, rank, strip), members, outputs);
        assertThat(given.shape.fit()).isTrue();
        float[] y = given.updated(CHOSEN, 0, true);
        for (int i = 0; i < y.length; i++) {
            double expected = given.expected(i / (members * outputs), i % (members * outputs));
            assertThat((double) y[i])
                    .as("row %d, output %d", i / (members * outputs), i % (members * outputs))
                    .isCloseTo(expected, within(Math.max(1, Math.abs(expected)) * HALF_STEP));
        }
    }

    @Test
    void aRowComesOutTheSameWhoeverElseIsThere() {
        Case given = new Case(new Shape(256, 8, 8, 64), 1, 128);
        float[] together = given.updated(CHOSEN, 0, false);
        for (int row = 0; row < ROWS; row++) {
            float[] alone = given.updated(new int[][] {CHOSEN[row]}, row, false);
            assertThat(alone).isEqualTo(Arrays.copyOfRange(together, row * 128, (row + 1) * 128));
        }
    }

    @Test
    void whatDoesNotFillRegistersDoesNotFit() {
        assertThat(new Shape(48, 8, 8, 64).fit()).isFalse();
        assertThat(new Shape(64, 385, 8, 64).fit()).isFalse();
        assertThat(new Shape(64, 8, 8, 48).fit()).isFalse();
        assertThat(new Shape(64, 8, 8, 512).fit()).isFalse();
    }

    /** Members' A stand side by side, and so do their outputs; piece p of a row's has the gain 1 / (p + 1). */
    private static final class Case {
        private final Shape shape;
        private final int members;
        private final int outputs;
        private final float[] x;
        private final float[] onto;
        private final float[] a;
        private final float[] b;

        Case(Shape shape, int members, int outputs) {
            Random random = new Random(shape.inputs());
            this.shape = shape;
            this.members = members;
            this.outputs = outputs;
            this.x = Bfloat16.numbers(random, ROWS * shape.inputs(), 1);
            this.onto = Bfloat16.numbers(random, ROWS * members * outputs, 1);
            this.a = Bfloat16.numbers(random, PIECES * shape.inputs() * shape.width() + LowRank.SPARE_VALUES, 0.05);
            this.b = Bfloat16.numbers(random, PIECES * shape.rank() * members * outputs, 0.1);
        }

        private int sizeOfA() {
            return shape.inputs() * shape.width();
        }

        private int sizeOfB() {
            return shape.rank() * members * outputs;
        }

        float[] updated(int[][] chosen, int firstRow, boolean added) {
            Optional<LowRank> kernels = Kernels.on(2).map(Kernels::lowRank);
            assumeTrue(kernels.isPresent());
            try (Arena arena = Arena.ofConfined()) {
                long input = Bfloat16.memory(arena, x).address() + 2L * firstRow * shape.inputs();
                long down = Bfloat16.memory(arena, a).address();
                long up = Bfloat16.memory(arena, b).address();
                int width = members * outputs;
                MemorySegment y = arena.allocate(2L * chosen.length * width, 64);
                LowRankUpdate update = kernels.get().update(shape, chosen.length);
                int[][] uses = new int[chosen.length][PIECES];
                for (int piece = 0; piece < PIECES; piece++) {
                    int wanted = piece;
                    int[] rows = java.util.stream.IntStream.range(0, chosen.length)
                            .filter(row -> Arrays.stream(chosen[row]).anyMatch(one -> one == wanted))
                            .toArray();
                    update.down(down + 2L * piece * sizeOfA(), rows.length);
                    for (int row : rows) {
                        uses[row][piece] = update.use(input + 2L * row * shape.inputs(), 1f / (piece + 1));
                    }
                }
                for (int member = 0; member < members; member++) {
                    long list = update.rows();
                    for (int row = 0; row < chosen.length; row++) {
                        update.row(chosen[row].length);
                        for (int piece : chosen[row]) {
                            update.term(
                                    up + 2L * (piece * sizeOfB() + member * outputs * shape.rank()),
                                    uses[row][piece],
                                    member * shape.rank());
                        }
                    }
                    update.strips(list, member * outputs, outputs / shape.strip());
                }
                update.run(
                        added ? new Rows(Bfloat16.memory(arena, onto).address(), width) : Rows.NONE,
                        new Rows(y.address(), width));
                return Bfloat16.values(y, chosen.length * width);
            }
        }

        double expected(int row, int output) {
            int member = output / outputs;
            int strip = output % outputs / shape.strip();
            double sum = onto[row * members * outputs + output];
            for (int piece : CHOSEN[row]) {
                for (int r = 0; r < shape.rank(); r++) {
                    double h = 0;
                    for (int i = 0; i < shape.inputs(); i++) {
                        h += (double) x[row * shape.inputs() + i]
                                * a[piece * sizeOfA() + i * shape.width() + member * shape.rank() + r];
                    }
                    int at = piece * sizeOfB()
                            + member * outputs * shape.rank()
                            + (strip * shape.rank() + r) * shape.strip()
                            + output % shape.strip();
                    sum += h / (piece + 1) * b[at];
                }
            }
            return sum;
        }
    }
}
