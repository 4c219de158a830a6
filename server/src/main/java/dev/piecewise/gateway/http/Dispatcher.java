package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.telemetry.Trace;
import dev.piecewise.telemetry.Traces;
import dev.piecewise.tenant.Access;
import dev.piecewise.tenant.Allowance;
import dev.piecewise.tenant.Caller;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests on the event loop, reads their bodies and answers each on a virtual thread of its own. Not a verticle's virtual thread: a verticle runs one task
 * at a time, and an endpoint that waits for the engine would stop all others of that verticle.
 */
final class Dispatcher implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final Routes routes;
    private final Loop loop;
    private final Metrics metrics;
    private final IdleConnections connections;
    private final Sockets sockets;

    Dispatcher(Routes routes, Loop loop, Metrics metrics, IdleConnections connections, Sockets sockets) {
        this.routes = routes;
        this.loop = loop;
        this.metrics = metrics;
        this.connections = connections;
        this.sockets = sockets;
    }

    @Override
    public void handle(HttpServerRequest request) {
        connections.waiting(request.connection());
        request.response()
                .putHeader(
                        "x-request-id",
                        "req_" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        try {
            String path = Objects.requireNonNullElse(request.path(), "");
            Optional<Supplier<SocketEndpoint>> socket =
                    Sockets.isHandshake(request) ? routes.socket(path) : Optional.empty();
            if (socket.isPresent()) {
                Subprotocols.takeKey(request);
                loop.gate().admit(Access.of("GET", path), request);
                sockets.accept(request, path, socket.get().get());
                metrics.answered(path, 101);
                return;
            }
            switch (routes.find(request.method().name(), path)) {
                case Routes.Match.Found found -> receive(request, found);
                case Routes.Match.WrongMethod(var allowed) -> {
                    request.response().putHeader("Allow", String.join(", ", allowed));
                    refuse(
                            request,
                            "other",
                            new ServingException(
                                    ErrorCode.METHOD_NOT_ALLOWED,
                                    "%s is not for this path".formatted(request.method())));
                }
                case Routes.Match.Unknown() ->
                    refuse(
                            request,
                            "other",
                            new ServingException(ErrorCode.NOT_FOUND, "there is nothing at this path"));
            }
        } catch (ServingException refused) {
            refuse(request, "other", refused);
        }
    }

    private void receive(HttpServerRequest request, Routes.Match.Found found) {
        String pattern = found.route().pattern();
        Caller caller;
        Allowance.Pass pass;
        try {
            caller = loop.gate().admit(found.route().access(), request);
            pass = enter(caller, found.route(), request);
        } catch (ServingException refused) {
            refuse(request, pattern, refused);
            return;
        }
        read(request, found.route())
                .onSuccess(body -> {
                    connections.busy(request.connection());
                    Exchange exchange = new Exchange(request, caller, found.parts(), body, loop, pass);
                    Thread.ofVirtual().name("request").start(() -> {
                        try (body;
                                exchange) {
                            answer(exchange, found.route(), request);
                        }
                    });
                })
                .onFailure(failure -> {
                    if (failure instanceof ServingException refused) {
                        refuse(request, pattern, refused);
                        connections.lingering(request.connection());
                    }
                    pass.close();
                });
    }

    private Future<Body> read(HttpServerRequest request, Routes.Route route) {
        return switch (route.kind()) {
            case ORDINARY, ALWAYS ->
                BodyReader.read(request, loop.limits().bodyBytes(), loop.gate().bodies());
            case UPLOAD ->
                UploadReader.read(
                        request,
                        loop.limits().uploadBytes(),
                        loop.gate().uploads(),
                        loop.context(),
                        () -> connections.waiting(request.connection()));
        };
    }

    private void answer(Exchange exchange, Routes.Route route, HttpServerRequest request) {
        try (Trace trace = traces(route).begin(request.method().name(), route.pattern(), request::getHeader)) {
            try {
                serve(exchange, route);
            } catch (InterruptedException | ClientGoneException gone) {
                LOG.atDebug().addKeyValue("route", route.pattern()).log("the client left");
            } finally {
                metrics.answered(route.pattern(), exchange.status());
                trace.answered(exchange.status());
                connections.waiting(request.connection());
            }
        }
    }

    /** Whoever looks whether the server is well is nobody's business. */
    private Traces traces(Routes.Route route) {
        return route.gated() ? metrics.traces() : Traces.OFF;
    }

    private void serve(Exchange exchange, Routes.Route route) throws InterruptedException, ClientGoneException {
        try {
            route.endpoint().answer(exchange);
        } catch (ServingException refused) {
            exchange.fail(refused);
        } catch (RuntimeException | Error fault) {
            String id = exchange.id();
            LOG.atError()
                    .addKeyValue("route", route.pattern())
                    .addKeyValue("request", id)
                    .setCause(fault)
                    .log("a request failed");
            exchange.fail(new ServingException(ErrorCode.INTERNAL, "the server failed; its log has more under " + id));
        }
    }

    /** Lets the request in; closing the pass lets it out. */
    private Allowance.Pass enter(Caller caller, Routes.Route route, HttpServerRequest request) {
        if (!route.gated()) {
            return () -> {};
        }
        loop.gate().enter();
        try {
            Allowance.Pass pass = caller.allowance().enter();
            return () -> {
                pass.close();
                loop.gate().leave();
            };
        } catch (ServingException refused) {
            loop.gate().leave();
            throw refused;
        } finally {
            RateHeaders.put(request.response(), caller.allowance());
        }
    }

    /** Answers on the event loop, without waiting. */
    private void refuse(HttpServerRequest request, String pattern, ServingException refused) {
        HttpServerResponse response = request.response();
        Exchange.retryAfter(refused).ifPresent(seconds -> response.putHeader("Retry-After", seconds));
        if (refused.code() == ErrorCode.UNAUTHORIZED) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        response.setStatusCode(refused.code().status())
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(ErrorBody.of(refused))));
        metrics.answered(pattern, refused.code().status());
    }
}
