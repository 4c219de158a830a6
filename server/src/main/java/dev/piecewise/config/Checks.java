package dev.piecewise.config;

import dev.piecewise.error.ServingException;

/** What a value must be; otherwise the message begins with its key. */
final class Checks {
    private Checks() {}

    static void check(boolean holds, String key, String message) {
        if (!holds) {
            throw wrong(key, message);
        }
    }

    static void atLeast(long least, long value, String key) {
        check(value >= least, key, "must be at least %d, not %d".formatted(least, value));
    }

    static ServingException wrong(String key, String message) {
        return ServingException.invalid(key, key + " " + message);
    }
}
