package dev.piecewise.tenant;

import dev.piecewise.error.ServingException;

/** How much a key may ask for; 0 for as much as it likes. */
public record Limits(int requestsPerMinute, int tokensPerMinute, int concurrency) {
    public static final Limits NONE = new Limits(0, 0, 0);

    /** INVALID_REQUEST for a negative one. */
    public Limits {
        check("requests_per_minute", requestsPerMinute);
        check("tokens_per_minute", tokensPerMinute);
        check("concurrency", concurrency);
    }

    private static void check(String field, int value) {
        if (value < 0) {
            throw ServingException.invalid(field, field + " must not be negative; 0 is no limit");
        }
    }
}
