package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The WebSockets of one event loop, of which there may be so many. Those whose clients have gone silently are closed. */
final class Sockets {
    private static final int MOST = 16_384;
    private static final short GOING_AWAY = 1001;
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");
    private static final Duration SILENCE = Duration.ofSeconds(65);

    private final Loop loop;
    private final IdleConnections connections;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Sockets(Loop loop, IdleConnections connections) {
        this.loop = loop;
        this.connections = connections;
    }

    static long pingMillis() {
        return PING.toMillis();
    }

    /** Whether a request asks for a WebSocket; a stray header of that name does not. */
    static boolean isHandshake(HttpServerRequest request) {
        String connection = Objects.requireNonNullElse(request.getHeader("connection"), "");
        return request.method().equals(HttpMethod.GET)
                && "websocket".equalsIgnoreCase(request.getHeader("upgrade"))
                && connection.toLowerCase(Locale.ROOT).contains("upgrade");
    }

    private static void requireWhole(HttpServerRequest request) {
        String key = Objects.requireNonNullElse(request.getHeader("sec-websocket-key"), "");
        if (!"13".equals(request.getHeader("sec-websocket-version"))
                || !KEY.matcher(key).matches()) {
            throw ServingException.invalid(
                    "Sec-WebSocket-Key", "the handshake needs Sec-WebSocket-Version 13 and a Sec-WebSocket-Key");
        }
    }

    /** UNAVAILABLE or OVERLOADED when no more can be opened; what is wrong with the handshake itself is answered with 400. */
    void accept(HttpServerRequest request, String path, SocketEndpoint endpoint) {
        if (loop.gate().isShut()) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
        }
        if (open.size() >= MOST) {
            throw new ServingException(ErrorCode.OVERLOADED, "the server has %d WebSockets already".formatted(MOST));
        }
        requireWhole(request);
        connections.busy(request.connection());
        request.toWebSocket()
                .onFailure(failed -> connections.waiting(request.connection()))
                .onSuccess(connection -> {
                    Socket socket = new Socket(connection, request, path, endpoint, loop);
                    open.add(socket);
                    socket.open(() -> {
                        open.remove(socket);
                        connections.closed(request.connection());
                    });
                });
    }

    /** Asks every client whether it is still there; closes those that have not answered for long. */
    void ping() {
        for (Socket socket : open) {
            if (socket.silence() > SILENCE.toNanos()) {
                socket.close(GOING_AWAY, "nothing was heard of the client");
            } else {
                socket.ping();
            }
        }
    }

    void close() {
        open.forEach(socket -> socket.close(GOING_AWAY, "the server is shutting down"));
    }
}
