package dev.piecewise.gateway.http;

import dev.piecewise.tenant.Allowance;
import dev.piecewise.tenant.Meter;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** OpenAI's headers of how a key's limits stand. A limit that there is not has none. */
final class RateHeaders {
    private static final long MILLIS = 1_000_000;

    private RateHeaders() {}

    static void put(HttpServerResponse response, Allowance allowance) {
        allowance.requests().ifPresent(standing -> put(response, "requests", standing));
        allowance.tokens().ifPresent(standing -> put(response, "tokens", standing));
    }

    private static void put(HttpServerResponse response, String what, Meter.Standing standing) {
        response.putHeader("x-ratelimit-limit-" + what, Integer.toString(standing.limit()))
                .putHeader("x-ratelimit-remaining-" + what, Long.toString(standing.remaining()))
                .putHeader("x-ratelimit-reset-" + what, text(standing.reset()));
    }

    /** As OpenAI writes durations: {@code 0s}, {@code 120ms}, {@code 7.66s}, {@code 6m0s}. */
    static String text(Duration time) {
        long millis = (time.toNanos() + MILLIS - 1) / MILLIS;
        if (millis > 0 && millis < 1000) {
            return millis + "ms";
        }
        String seconds = Double.toString(millis % 60_000 / 1000.0).replaceFirst("\\.0$", "") + "s";
        return millis < 60_000 ? seconds : millis / 60_000 + "m" + seconds;
    }
}
