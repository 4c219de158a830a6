package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.checkpoint.TinyModel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArrowKeyTest {
    /** Against power iteration on the whole matrix (B A)ᵀ (B A). */
    @ParameterizedTest
    @CsvSource({"1,5,7", "2,6,4", "4,16,12", "8,20,3", "8,3,20"})
    void isTheFirstRightSingularVectorOfTheWholeMatrix(int rank, int in, int out) {
        Random random = new Random(rank * 31L + in);
        for (int round = 0; round < 20; round++) {
            float[] a = TinyModel.randomValues(random, rank, in);
            float[] b = TinyModel.randomValues(random, out, rank);
            double[] expected = powerIteration(a, b, rank, in, out);
            float[] key = ArrowKey.of(new Factors(rank, in, out, a, b));
            double dot = 0;
            double squares = 0;
            for (int i = 0; i < in; i++) {
                dot += key[i] * expected[i];
                squares += (double) key[i] * key[i];
            }
            assertThat(squares).isCloseTo(in, within(1e-4));
            assertThat(Math.abs(dot) / Math.sqrt(in)).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void turnsItsLargestEntryPositive() {
        float[] key = ArrowKey.of(new Factors(1, 2, 1, new float[] {-4, 3}, new float[] {1}));
        assertThat(key)
                .containsExactly(
                        new float[] {(float) (0.8 * Math.sqrt(2)), (float) (-0.6 * Math.sqrt(2))}, within(1e-6f));
    }

    @Test
    void isZeroWhereTheAdapterChangesNothing() {
        assertThat(ArrowKey.of(new Factors(2, 3, 2, new float[] {1, 2, 3, 4, 5, 6}, new float[4])))
                .containsOnly(0);
    }

    @Test
    void doesNotChangeWhenARankIsFilledUpWithZeros() {
        float[] a = {1, 2, -3, 0.5f, 1, 1};
        float[] narrow = ArrowKey.of(new Factors(2, 3, 2, a, new float[] {1, 2, 3, 4}));
        float[] wide = ArrowKey.of(new Factors(3, 3, 2, Arrays.copyOf(a, 9), new float[] {1, 2, 0, 3, 4, 0}));
        assertThat(wide).containsExactly(narrow, within(1e-6f));
    }

    private static double[] powerIteration(float[] a, float[] b, int rank, int in, int out) {
        double[][] whole = new double[out][in];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                for (int r = 0; r < rank; r++) {
                    whole[o][i] += (double) b[o * rank + r] * a[r * in + i];
                }
            }
        }
        double[] vector = new double[in];
        Arrays.setAll(vector, i -> 1 + 0.1 * i);
        for (int step = 0; step < 5000; step++) {
            double[] next = new double[in];
            for (double[] row : whole) {
                double dot = 0;
                for (int i = 0; i < in; i++) {
                    dot += row[i] * vector[i];
                }
                for (int i = 0; i < in; i++) {
                    next[i] += dot * row[i];
                }
            }
            double length = Math.sqrt(Arrays.stream(next).map(x -> x * x).sum());
            Arrays.setAll(vector, i -> next[i] / length);
        }
        return vector;
    }
}
