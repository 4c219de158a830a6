package dev.piecewise.evaluation;

import java.util.Arrays;

/** Where 95 of 100 resampled values lie. */
public record Interval(double low, double high) {
    private static final double TAIL = 0.025;

    /** Of bootstrap replicates, with linear interpolation between them; what is no number is left out. */
    static Interval of(double[] replicates) {
        double[] sorted =
                Arrays.stream(replicates).filter(Double::isFinite).sorted().toArray();
        return new Interval(quantile(sorted, TAIL), quantile(sorted, 1 - TAIL));
    }

    private static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
