package dev.piecewise.loadtest.run;

import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Clock;

/** Waits after failures, twice as long after each that follows another, two seconds at most: who is refused at once would else ask thousands of times a second. */
final class Patience {
    private static final long SHORTEST = 50_000_000;
    private static final long LONGEST = 2_000_000_000;

    private final Clock clock;
    private long wait = SHORTEST;

    Patience(Clock clock) {
        this.clock = clock;
    }

    /** Whether to go on after this answer: not when interrupted. */
    boolean after(Answer answer) {
        if (answer.succeeded()) {
            wait = SHORTEST;
            return true;
        }
        try {
            clock.sleepUntil(clock.nanos() + wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        wait = Math.min(2 * wait, LONGEST);
        return true;
    }
}
