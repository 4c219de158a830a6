package dev.piecewise.engine;

import java.util.Arrays;

/** The median of the latest few of many samples: what some of them are delayed by, for whatever reason, does not move it. */
final class RecentMedian {
    private final double[] latest;
    private final double[] sorted;
    private int count;
    private int next;

    /** Of so many samples. */
    RecentMedian(int size) {
        latest = new double[size];
        sorted = new double[size];
    }

    /** How many it is of. */
    int count() {
        return count;
    }

    void add(double sample) {
        latest[next] = sample;
        next = (next + 1) % latest.length;
        count = Math.min(count + 1, latest.length);
        System.arraycopy(latest, 0, sorted, 0, count);
        Arrays.sort(sorted, 0, count);
    }

    /** The lower one of two; not of none. */
    double value() {
        return sorted[(count - 1) / 2];
    }
}
