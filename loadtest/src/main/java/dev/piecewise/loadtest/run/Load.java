package dev.piecewise.loadtest.run;

import dev.piecewise.loadtest.arrival.Arrivals;

/** When requests are sent. */
public sealed interface Load {
    /** At an arrival process's times, whether the server keeps up or not. */
    record Open(Arrivals arrivals) implements Load {}

    /** So many at a time: the next one when one has been answered. */
    record Closed(int concurrency) implements Load {
        public Closed {
            if (concurrency < 1) {
                throw new IllegalArgumentException("concurrency must be at least 1");
            }
        }
    }

    /** As reports write it. */
    default String text() {
        return switch (this) {
            case Open(Arrivals arrivals) -> "%s requests/s, %s".formatted(plain(arrivals.rate()), arrivals.text());
            case Closed(int concurrency) -> concurrency + " at a time";
        };
    }

    private static String plain(double rate) {
        return rate == Math.rint(rate) ? String.valueOf((long) rate) : String.valueOf(rate);
    }
}
