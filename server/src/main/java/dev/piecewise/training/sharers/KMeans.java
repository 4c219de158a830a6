package dev.piecewise.training.sharers;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Lloyd's k-means from k-means++ seeds (Arthur and Vassilvitskii, 2007): the best of several starts by the sum of squared distances. The same points and seed give the
 * same clusters on every machine. A cluster that loses all its points takes the point that lies farthest from its own centre.
 */
final class KMeans {
    private static final int STARTS = 10;
    private static final int MAX_ROUNDS = 3000;

    private final List<float[]> points;
    private final int k;
    private final int[] cluster;
    private double[][] centres = new double[0][];

    private KMeans(List<float[]> points, int k) {
        this.points = points;
        this.k = k;
        this.cluster = new int[points.size()];
    }

    /** The number of each point's cluster, below {@code k}; with fewer different points than k some clusters are empty. */
    static int[] clusters(List<float[]> points, int k, long seed) {
        if (points.isEmpty() || k < 1) {
            throw new IllegalArgumentException("%d points cannot be in %d clusters".formatted(points.size(), k));
        }
        Random random = new Random(seed);
        double least = Double.POSITIVE_INFINITY;
        int[] best = new int[points.size()];
        for (int start = 0; start < STARTS; start++) {
            KMeans run = new KMeans(points, Math.min(k, points.size()));
            double spread = run.settle(random);
            if (spread < least) {
                least = spread;
                best = run.cluster;
            }
        }
        return best;
    }

    /** Returns the sum of squared distances to the centres. */
    private double settle(Random random) {
        centres = seeds(random);
        Arrays.fill(cluster, -1);
        boolean moved = true;
        for (int round = 0; moved && round < MAX_ROUNDS; round++) {
            moved = assign();
            centres = means();
        }
        double sum = 0;
        for (int i = 0; i < cluster.length; i++) {
            sum += squared(points.get(i), centres[cluster[i]]);
        }
        return sum;
    }

    private double[][] seeds(Random random) {
        double[][] seeds = new double[k][];
        seeds[0] = doubles(points.get(random.nextInt(points.size())));
        double[] nearest = new double[points.size()];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        for (int next = 1; next < k; next++) {
            double total = 0;
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = Math.min(nearest[i], squared(points.get(i), seeds[next - 1]));
                total += nearest[i];
            }
            seeds[next] = doubles(points.get(drawn(nearest, random.nextDouble() * total)));
        }
        return seeds;
    }

    /** The first index at which the running sum passes {@code share}. */
    private static int drawn(double[] weights, double share) {
        double left = share;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    private boolean assign() {
        boolean moved = false;
        for (int i = 0; i < cluster.length; i++) {
            int nearest = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int c = 0; c < k; c++) {
                double distance = squared(points.get(i), centres[c]);
                if (distance < least) {
                    least = distance;
                    nearest = c;
                }
            }
            moved |= cluster[i] != nearest;
            cluster[i] = nearest;
        }
        return moved;
    }

    private double[][] means() {
        double[][] means = new double[k][points.getFirst().length];
        int[] sizes = new int[k];
        for (int i = 0; i < cluster.length; i++) {
            sizes[cluster[i]]++;
            float[] point = points.get(i);
            double[] mean = means[cluster[i]];
            for (int d = 0; d < mean.length; d++) {
                mean[d] += point[d];
            }
        }
        for (int c = 0; c < k; c++) {
            for (int d = 0; d < means[c].length; d++) {
                means[c][d] /= Math.max(1, sizes[c]);
            }
            if (sizes[c] == 0) {
                means[c] = doubles(points.get(farthest()));
            }
        }
        return means;
    }

    private int farthest() {
        int farthest = 0;
        double most = -1;
        for (int i = 0; i < cluster.length; i++) {
            double distance = squared(points.get(i), centres[cluster[i]]);
            if (distance > most) {
                most = distance;
                farthest = i;
            }
        }
        return farthest;
    }

    private static double squared(float[] point, double[] centre) {
        double sum = 0;
        for (int d = 0; d < centre.length; d++) {
            double difference = point[d] - centre[d];
            sum += difference * difference;
        }
        return sum;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
