package dev.piecewise.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Draws users with replacement, since one user's answers are no independent ones. The same seed draws the same users for every method, so differences between methods may be taken
 * replicate by replicate.
 */
final class Bootstrap {
    private final int[][] draws;

    Bootstrap(int users, int replicates, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        draws = new int[replicates][users];
        for (int[] draw : draws) {
            for (int i = 0; i < users; i++) {
                draw[i] = random.nextInt(users);
            }
        }
    }

    /** The metric once for each draw of users. */
    <T> double[] replicates(List<List<T>> users, ToDoubleFunction<List<T>> metric) {
        double[] values = new double[draws.length];
        List<T> drawn = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            drawn.clear();
            for (int user : draws[i]) {
                drawn.addAll(users.get(user));
            }
            values[i] = metric.applyAsDouble(drawn);
        }
        return values;
    }
}
