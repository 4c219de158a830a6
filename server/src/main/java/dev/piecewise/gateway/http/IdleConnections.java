package dev.piecewise.gateway.http;

import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Closes connections that have been open without a whole request for too long. Vert.x' own idle timeout goes by bytes, and would cut off a request that waits for
 * the engine. Any thread may call.
 */
final class IdleConnections {
    private static final long BUSY = Long.MAX_VALUE;

    /** How long a client that was answered before it had sent everything may go on sending, so that it comes to read the answer. */
    private static final Duration LINGER = Duration.ofSeconds(3);

    private final long idleNanos;
    private final Map<HttpConnection, AtomicLong> deadlines = new ConcurrentHashMap<>();

    IdleConnections(Duration idle) {
        idleNanos = idle.toNanos();
    }

    void opened(HttpConnection connection) {
        deadlines.put(connection, new AtomicLong(deadline()));
        connection.closeHandler(closed -> closed(connection));
    }

    void closed(HttpConnection connection) {
        deadlines.remove(connection);
    }

    /** A request begins to arrive, or its answer is out. */
    void waiting(HttpConnection connection) {
        set(connection, deadline());
    }

    /** A request has arrived and is being answered. */
    void busy(HttpConnection connection) {
        set(connection, BUSY);
    }

    /** A request was answered before it had arrived. */
    void lingering(HttpConnection connection) {
        set(connection, System.nanoTime() + LINGER.toNanos());
    }

    void closeOverdue() {
        long now = System.nanoTime();
        deadlines.forEach((connection, deadline) -> {
            long at = deadline.get();
            if (at != BUSY && now - at > 0) {
                connection.close();
            }
        });
    }

    private long deadline() {
        return System.nanoTime() + idleNanos;
    }

    private void set(HttpConnection connection, long deadline) {
        AtomicLong place = deadlines.get(connection);
        if (place != null) {
            place.set(deadline);
        }
    }
}
