package dev.piecewise.personalization;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How long what the store said holds: another server of the same database may have changed it meanwhile. While the database is gone, what it said before holds, and only one who asks waits for it
 * now and then. Any thread may call.
 */
final class Freshness {
    private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

    private final LongSupplier nanoTime;
    private volatile boolean gone;
    private volatile long tried;

    /** By a clock such as {@link System#nanoTime}. */
    Freshness(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** What the store said, and when it was asked. */
    record Heard<T>(T said, long asked) {}

    boolean holds(Heard<?> heard) {
        return isRecent(heard.asked());
    }

    <T> Heard<T> ask(Supplier<T> store) {
        long now = nanoTime.getAsLong();
        T said = store.get();
        gone = false;
        return new Heard<>(said, now);
    }

    /** The same for what was heard before. */
    <T> Heard<T> askAgain(Heard<T> before, Supplier<T> store) {
        if (gone && isRecent(tried)) {
            return before;
        }
        tried = nanoTime.getAsLong();
        try {
            return ask(store);
        } catch (ServingException failed) {
            if (failed.code() != ErrorCode.UNAVAILABLE) {
                throw failed;
            }
            tried = nanoTime.getAsLong();
            gone = true;
            return before;
        }
    }

    private boolean isRecent(long time) {
        return nanoTime.getAsLong() - time < FRESH_NANOS;
    }
}
