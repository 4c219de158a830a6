package dev.piecewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowAttention.Table;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against softmax in double precision. Only processors with AMX run it. */
final class RowAttentionTest {
    /** Half a step of bfloat16 between 1/2 and 1, and what the kernel adds to that. */
    private static final double HALF_STEP = 1. / 512 + 1e-5;

    private static final int PLACES = 400;

    @BeforeAll
    static void loadOpenMp() {
        Engine.getEngine("PyTorch");
    }

    @ParameterizedTest
    @CsvSource({
        "8, 8, 32, 0",
        "4, 1, 64, 0",
        "32, 4, 64, 0",
        "6, 2, 96, 0",
        "24, 8, 128, 0",
        "16, 1, 128, 0",
        "32, 4, 64, 20",
    })
    void everyTokenSeesThePlacesOfItsSequence(int all, int kv, int dim, int window) {
        Heads heads = new Heads(all, kv, dim);
        assertThat(heads.fit()).isTrue();
        int[] first = {0, 1, 30, 50, 130, 384};
        int[] lengths = {1, 16, 17, 80, 250, 16};
        Case given = new Case(heads, lengths.length);
        float[] y = given.attended(first, lengths, window);
        for (int token = 0; token < lengths.length; token++) {
            double[] expected = given.expected(token, first[token], lengths[token], window);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) y[token * expected.length + i])
                        .as("token %d, value %d", token, i)
                        .isCloseTo(expected[i], within(Math.max(Math.abs(expected[i]), 0.01) * 2 * HALF_STEP));
            }
        }
    }

    private static final class Case {
        private final Heads heads;
        private final int tokens;
        private final float[] q;
        private final float[] keys;
        private final float[] values;

        Case(Heads heads, int tokens) {
            Random random = new Random(heads.dim());
            this.heads = heads;
            this.tokens = tokens;
            this.q = Bfloat16.numbers(random, tokens * heads.all() * heads.dim(), 1);
            this.keys = Bfloat16.numbers(random, (PLACES + RowAttention.SPARE_PLACES) * heads.kv() * heads.dim(), 1);
            this.values = Bfloat16.numbers(random, keys.length, 1);
        }

        float[] attended(int[] first, int[] lengths, int window) {
            Optional<RowAttention> attention = Kernels.on(2).map(Kernels::attention);
            assumeTrue(attention.isPresent());
            int width = heads.all() * heads.dim();
            long[] table = new long[tokens * heads.kv() * Table.WIDTH];
            for (int token = 0; token < tokens; token++) {
                int at = token * heads.kv() * Table.WIDTH;
                Table.put(
                        table,
                        at,
                        heads,
                        (long) token * width,
                        (long) token * width,
                        first[token],
                        PLACES + RowAttention.SPARE_PLACES,
                        lengths[token]);
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment y = arena.allocate(2L * tokens * width, 64);
                MemorySegment items = arena.allocate(8L * table.length, 64);
                items.copyFrom(MemorySegment.ofArray(table));
                attention
                        .get()
                        .attend(
                                Bfloat16.memory(arena, q).address(),
                                Bfloat16.memory(arena, keys).address(),
                                Bfloat16.memory(arena, values).address(),
                                y.address(),
                                items.address(),
                                tokens * heads.kv(),
                                heads,
                                window,
                                PLACES);
                return Bfloat16.values(y, tokens * width);
            }
        }

        double[] expected(int token, int first, int length, int window) {
            int dim = heads.dim();
            int begin = window > 0 ? Math.max(0, length - window) : 0;
            double[] y = new double[heads.all() * dim];
            for (int head = 0; head < heads.all(); head++) {
                int kv = head / (heads.all() / heads.kv());
                double sum = 0;
                for (int place = begin; place < length; place++) {
                    int at = (kv * (PLACES + RowAttention.SPARE_PLACES) + first + place) * dim;
                    double score = 0;
                    for (int i = 0; i < dim; i++) {
                        score += (double) q[(token * heads.all() + head) * dim + i] * keys[at + i];
                    }
                    double weight = Math.exp(score / Math.sqrt(dim));
                    sum += weight;
                    for (int i = 0; i < dim; i++) {
                        y[head * dim + i] += weight * values[at + i];
                    }
                }
                for (int i = 0; i < dim; i++) {
                    y[head * dim + i] /= sum;
                }
            }
            return y;
        }
    }
}
