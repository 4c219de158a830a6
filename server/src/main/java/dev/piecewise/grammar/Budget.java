package dev.piecewise.grammar;

import dev.piecewise.error.ServingException;
import java.time.Duration;

/** How much compiling one grammar may cost, in states and in time, pauses not counted. Its computation gives way to others here. Confined to one thread. */
final class Budget {
    static final int MOST_STATES = 200_000;
    static final Duration MOST_TIME = Duration.ofSeconds(5);

    private final String param;
    private final Runnable pause;
    private long start = System.nanoTime();
    private int states;

    /** {@code param} is the field that a refusal names; {@code pause} is run again and again. */
    Budget(String param, Runnable pause) {
        this.param = param;
        this.pause = pause;
    }

    /** Counts so many states more, or refuses. */
    void take(long more) {
        if (more > MOST_STATES - states) {
            throw ServingException.invalid(
                    param, "%s is too large: it needs more than %d states".formatted(param, MOST_STATES));
        }
        states += (int) more;
        long now = System.nanoTime();
        if (now - start > MOST_TIME.toNanos()) {
            throw ServingException.invalid(
                    param,
                    "%s is too large: it takes more than %d s to compile".formatted(param, MOST_TIME.toSeconds()));
        }
        pause.run();
        start += System.nanoTime() - now;
    }
}
