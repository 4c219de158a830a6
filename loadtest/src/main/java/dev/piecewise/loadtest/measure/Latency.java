package dev.piecewise.loadtest.measure;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A distribution of times in milliseconds.
 *
 * @param curve pairs of a percentile and its time, for plots
 */
public record Latency(
        long count, double mean, double p50, double p90, double p95, double p99, double max, List<double[]> curve) {
    private static final double MICROS = 1e3;
    private static final double[] PERCENTILES = {
        0, 1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99, 99.5,
        99.9, 100
    };

    public Latency {
        curve = List.copyOf(curve);
    }

    /** Of a histogram of microseconds. */
    static Latency of(Histogram micros) {
        List<double[]> curve = new ArrayList<>();
        if (micros.getTotalCount() > 0) {
            for (double percentile : PERCENTILES) {
                curve.add(new double[] {percentile, at(micros, percentile)});
            }
        }
        return new Latency(
                micros.getTotalCount(),
                micros.getTotalCount() == 0 ? 0 : micros.getMean() / MICROS,
                at(micros, 50),
                at(micros, 90),
                at(micros, 95),
                at(micros, 99),
                micros.getMaxValue() / MICROS,
                curve);
    }

    private static double at(Histogram micros, double percentile) {
        return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percentile) / MICROS;
    }
}
