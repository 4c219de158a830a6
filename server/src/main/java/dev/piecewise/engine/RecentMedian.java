package dev.piecewise.engine;

import java.util.Arrays;

/** The median of the latest few of many samples: what some of them are delayed by, for whatever reason, does not move it. */
final class RecentMedian {
    private static final int SIZE = 9;

    private final double[] latest = new double[SIZE];
    private final double[] sorted = new double[SIZE];
    private int count;
    private int next;

    /** How many it is of. */
    int count() {
        return count;
    }

    void add(double sample) {
        latest[next] = sample;
        next = (next + 1) % SIZE;
        count = Math.min(count + 1, SIZE);
        System.arraycopy(latest, 0, sorted, 0, count);
        Arrays.sort(sorted, 0, count);
    }

    /** The lower one of two; not of none. */
    double value() {
        return sorted[(count - 1) / 2];
    }
}
