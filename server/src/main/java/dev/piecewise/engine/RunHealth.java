package dev.piecewise.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether the model runs at all. The engine's thread reports, any thread asks; times are those of {@link System#nanoTime}. */
final class RunHealth {
    /** A sequence that fails alone is its own trouble; so many in a row and nothing that worked between them are the device's. */
    private static final int TOO_MANY = 5;
    /** Whoever routes requests by this answer sends none meanwhile, so after a while it is to be tried again. */
    private static final Duration BELIEVED = Duration.ofSeconds(30);

    private final AtomicInteger failures = new AtomicInteger();
    private volatile long latest;

    void worked() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    void failed(long now) {
        latest = now;
        failures.incrementAndGet();
    }

    /** Why nothing can run. */
    Optional<String> fault(long now) {
        int known = failures.get();
        return known < TOO_MANY || now - latest > BELIEVED.toNanos()
                ? Optional.empty()
                : Optional.of("the model does not run: the latest %d runs of it failed".formatted(known));
    }
}
