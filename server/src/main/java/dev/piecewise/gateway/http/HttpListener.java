package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.metrics.Metrics;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocketServerConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One event loop of the server: accepts connections and hands their requests to a {@link Dispatcher}. Several share a port. */
public final class HttpListener extends VerticleBase {
    private static final long SWEEP_MILLIS = 1000;
    /** How long a client may take to say goodbye on a WebSocket that the server closes. */
    private static final Duration CLOSING = Duration.ofSeconds(3);
    /** A frame is held until it is whole, on every connection that sends one; longer messages come in several. */
    private static final int LARGEST_FRAME = 1 << 20;

    /**
     * Where to listen and whom to tell.
     *
     * @param port 0 for any; the listeners of one server share it
     * @param listening is told the port
     * @param tls what HTTPS is spoken with; HTTP without
     */
    public record Address(String host, int port, IntConsumer listening, Optional<TlsFiles> tls) {}

    private final Address address;
    private final Routes routes;
    private final Gate gate;
    private final HttpLimits limits;
    private final Metrics metrics;
    private @Nullable Sockets sockets;

    public HttpListener(Address address, Routes routes, Gate gate, HttpLimits limits, Metrics metrics) {
        this.address = address;
        this.routes = routes;
        this.gate = gate;
        this.limits = limits;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        IdleConnections connections = new IdleConnections(limits.idle());
        vertx.setPeriodic(SWEEP_MILLIS, now -> connections.closeOverdue());
        Loop loop = new Loop(context, gate, limits, new Turns(context, metrics));
        Sockets open = new Sockets(loop, connections);
        sockets = open;
        vertx.setPeriodic(Sockets.pingMillis(), now -> open.ping());
        HttpServer server = create().connectionHandler(connections::opened)
                .invalidRequestHandler(HttpListener::refuse)
                .requestHandler(new Dispatcher(routes, loop, metrics, connections, open));
        // To Vert.x, port 0 is another port for each listener, and a negative number one port for all.
        return server.listen(address.port() == 0 ? -1 : address.port(), address.host())
                .onSuccess(listening -> address.listening().accept(listening.actualPort()));
    }

    @Override
    public Future<?> stop() {
        if (sockets != null) {
            sockets.close();
        }
        return Future.succeededFuture();
    }

    private HttpServer create() {
        return address.tls().isPresent()
                ? vertx.createHttpServer(serverConfig(), address.tls().get().options())
                : vertx.createHttpServer(serverConfig());
    }

    /**
     * HTTP/1.1 only: upgrades to cleartext HTTP/2, which some clients do by themselves, would bound the streams of a connection. WebSockets are not compressed: a small
     * frame could become a large one, and every connection would keep a window each way.
     */
    private HttpServerConfig serverConfig() {
        return new HttpServerConfig()
                .setVersions(HttpVersion.HTTP_1_0, HttpVersion.HTTP_1_1)
                .setHandle100ContinueAutomatically(false)
                .setWebSocketConfig(new WebSocketServerConfig()
                        .setClosingTimeout(CLOSING)
                        .setSubProtocols(Subprotocols.SPOKEN)
                        .setMaxFrameSize(Math.min(limits.bodyBytes(), LARGEST_FRAME))
                        .setUsePerMessageCompression(false)
                        .setUsePerFrameCompression(false)
                        .setMaxMessageSize(limits.bodyBytes()))
                .setHttp1Config(new Http1ServerConfig()
                        .setMaxInitialLineLength(limits.uriBytes())
                        .setMaxHeaderSize(limits.headerBytes()));
    }

    /** What is no HTTP, or too long to be read. */
    private static void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        ServingException refused = status == 400
                ? new ServingException(ErrorCode.INVALID_REQUEST, "the request is not valid HTTP")
                : new ServingException(ErrorCode.TOO_LARGE, "the request line or the headers are too long");
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(ErrorBody.of(refused))));
    }
}
