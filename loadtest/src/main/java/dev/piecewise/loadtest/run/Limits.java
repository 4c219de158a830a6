package dev.piecewise.loadtest.run;

import java.time.Duration;

/**
 * How long a run goes on.
 *
 * @param warmup requests that are to be sent before it has passed are not measured
 * @param warmupRequests so many are not measured in any case
 * @param duration of what is measured, after the warm-up
 * @param requests most requests that are measured
 * @param grace how long answers may go on after the last request
 * @param openRequests most requests that are open at a time, with an arrival process
 */
public record Limits(
        Duration warmup, long warmupRequests, Duration duration, long requests, Duration grace, int openRequests) {
    public Limits {
        if (warmup.isNegative() || warmupRequests < 0) {
            throw new IllegalArgumentException("a warm-up must be 0 or more");
        }
        if (duration.isNegative() || duration.isZero() || requests < 1 || openRequests < 1) {
            throw new IllegalArgumentException("a run must have a duration and requests");
        }
    }
}
