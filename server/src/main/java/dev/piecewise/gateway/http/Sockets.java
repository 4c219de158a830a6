package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The WebSockets of one event loop, of which there may be so many. Those whose clients have gone silently are closed. */
final class Sockets {
    private static final int MOST = 16_384;
    private static final short GOING_AWAY = 1001;
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Duration SILENCE = Duration.ofSeconds(65);

    private final Gate gate;
    private final HttpLimits limits;
    private final IdleConnections connections;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Sockets(Gate gate, HttpLimits limits, IdleConnections connections) {
        this.gate = gate;
        this.limits = limits;
        this.connections = connections;
    }

    static long pingMillis() {
        return PING.toMillis();
    }

    /** Whether a request asks for a WebSocket. */
    static boolean isHandshake(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader("upgrade"));
    }

    /** UNAVAILABLE or OVERLOADED when no more can be opened; what is wrong with the handshake itself is answered with 400. */
    void accept(HttpServerRequest request, String path, SocketEndpoint endpoint) {
        if (gate.isShut()) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
        }
        if (open.size() >= MOST) {
            throw new ServingException(ErrorCode.OVERLOADED, "the server has %d WebSockets already".formatted(MOST));
        }
        connections.busy(request.connection());
        request.toWebSocket().onSuccess(connection -> {
            Socket socket = new Socket(connection, request, path, endpoint, gate, limits);
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
