package dev.piecewise.bench.gateway;

import java.util.Arrays;

/** How long tokens took, in nanoseconds. They lie in one array: what measures should leave no garbage. */
final class Latencies {
    private final long[] nanos;
    private int count;

    /** For at most so many; what comes later is not kept. */
    Latencies(int most) {
        nanos = new long[most];
    }

    void add(long latency) {
        if (count < nanos.length) {
            nanos[count++] = latency;
        }
    }

    /** The quantile in milliseconds; 0 when there are none. */
    double millis(double share) {
        if (count == 0) {
            return 0;
        }
        Arrays.sort(nanos, 0, count);
        return nanos[(int) Math.min(count - 1L, Math.round(share * count))] / 1e6;
    }
}
