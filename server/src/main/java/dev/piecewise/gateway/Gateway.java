package dev.piecewise.gateway;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.chat.ChatCompletions;
import dev.piecewise.gateway.chat.StoredChats;
import dev.piecewise.gateway.completion.Backend;
import dev.piecewise.gateway.completion.Completions;
import dev.piecewise.gateway.completion.StoredAnswers;
import dev.piecewise.gateway.http.Endpoint;
import dev.piecewise.gateway.http.Gate;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.gateway.http.HttpListener;
import dev.piecewise.gateway.http.Routes;
import dev.piecewise.gateway.http.TlsFiles;
import dev.piecewise.gateway.responses.Responses;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.tenant.Entrance;
import dev.piecewise.tenant.Keys;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server: the port opens at once and says that it is loading, answers from the moment of {@link #serve}, and finishes what runs when it drains. Its methods
 * may be called by any thread but an event loop.
 */
public final class Gateway implements AutoCloseable {
    private final HttpLimits limits;
    private final Metrics metrics;
    private final boolean showsMetrics;
    private final Entrance entrance;
    private final Gate gate;
    private final Vertx vertx;
    private final StoredAnswers stored = new StoredAnswers();
    private volatile @Nullable Endpoints endpoints;

    public Gateway(HttpLimits limits, Metrics metrics) {
        this(limits, metrics, true, Entrance.WITHOUT_KEYS);
    }

    /** {@code showsMetrics}: whether there is {@code /metrics}. */
    public Gateway(HttpLimits limits, Metrics metrics, boolean showsMetrics) {
        this(limits, metrics, showsMetrics, Entrance.WITHOUT_KEYS);
    }

    /** {@code entrance} lets in whoever may ask. */
    public Gateway(HttpLimits limits, Metrics metrics, boolean showsMetrics, Entrance entrance) {
        this.limits = limits;
        this.metrics = metrics;
        this.showsMetrics = showsMetrics;
        this.entrance = entrance;
        gate = new Gate(limits, entrance);
        vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(Math.max(2, Runtime.getRuntime().availableProcessors()))
                .setWorkerPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    /** The endpoints that need what is loaded. */
    private record Endpoints(
            Serving serving,
            Completions completions,
            ChatCompletions chat,
            Responses responses,
            Models models,
            Users users,
            Histories histories,
            Plans plans,
            OwnAdapterEndpoints adapters,
            Exports exports,
            Pools pools,
            AdminKeys keys) {}

    /** Opens the port, 0 for any free one, and returns it. UNAVAILABLE when it cannot be had. */
    public int start(String host, int port) throws InterruptedException {
        return start(host, port, Optional.empty());
    }

    /** As {@link #start(String, int)}, for HTTPS with these files. INVALID_REQUEST when they cannot be read. */
    public int start(String host, int port, Optional<TlsFiles> tls) throws InterruptedException {
        CompletableFuture<Integer> listening = new CompletableFuture<>();
        HttpListener.Address address = new HttpListener.Address(host, port, listening::complete, tls);
        Routes routes = routes();
        int loops = Math.max(2, Runtime.getRuntime().availableProcessors());
        try {
            vertx.deployVerticle(
                            () -> new HttpListener(address, routes, gate, limits, metrics),
                            new DeploymentOptions().setInstances(loops))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            return listening.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof ServingException refused) {
                throw refused;
            }
            throw new ServingException(
                    ErrorCode.UNAVAILABLE,
                    "cannot listen on %s:%d: %s".formatted(host, port, cause == null ? e : cause.getMessage()),
                    "server.port");
        }
    }

    /** Everything is loaded: requests are answered from now on. */
    public void serve(Serving serving) {
        metrics.attach(serving.engine()::status);
        Backend backend =
                new Backend(serving.model(), serving.engine(), serving.personalizer(), metrics, limits.writeBytes());
        Responses responses = new Responses(backend, stored);
        PlanJobs jobs = new PlanJobs(serving.personalizer());
        endpoints = new Endpoints(
                serving,
                new Completions(backend),
                new ChatCompletions(backend, stored),
                responses,
                new Models(serving.model(), serving.engine().maxLength()),
                new Users(serving, responses),
                new Histories(serving, jobs),
                new Plans(serving, jobs),
                new OwnAdapterEndpoints(serving),
                new Exports(serving, stored),
                new Pools(serving),
                new AdminKeys(
                        new Keys(serving.store().keys(), Clock.systemUTC()),
                        entrance,
                        new Audit(serving.store()::audit)));
    }

    /**
     * Says at once that it is not ready, refuses new requests, lets those that run and the plans that are being assembled finish for at most so long, then closes
     * the port and every connection; what still runs is cancelled.
     */
    public void drain(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        gate.shut();
        gate.awaitEmpty(limit);
        Endpoints ready = endpoints;
        if (ready != null) {
            ready.plans().awaitJobs(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        close();
    }

    /** Closes the port and every connection; what runs is cancelled. */
    @Override
    public void close() {
        gate.shut();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Every method with the path that it is for; what stands in braces is any name. */
    List<String> operations() {
        return routes().operations();
    }

    private Routes routes() {
        Audit audit = new Audit(() -> loaded().serving().store().audit());
        Routes routes = new Routes();
        addAnswers(routes);
        addUsers(routes, audit);
        addPools(routes, audit);
        addKeys(routes, audit);
        addOperations(routes);
        return routes;
    }

    private void addAnswers(Routes routes) {
        StoredChats chats = new StoredChats(stored);
        routes.add("POST", "/v1/completions", loaded(Endpoints::completions))
                .add("POST", "/v1/chat/completions", loaded(Endpoints::chat))
                .add("GET", "/v1/chat/completions", chats::list)
                .add("GET", "/v1/chat/completions/:id", chats::get)
                .add("POST", "/v1/chat/completions/:id", chats::update)
                .add("DELETE", "/v1/chat/completions/:id", chats::delete)
                .add("GET", "/v1/chat/completions/:id/messages", chats::messages)
                .add("POST", "/v1/responses", loaded(ready -> ready.responses()::create))
                .add("GET", "/v1/responses/:id", loaded(ready -> ready.responses()::get))
                .add("DELETE", "/v1/responses/:id", loaded(ready -> ready.responses()::delete))
                .add("GET", "/v1/responses/:id/input_items", loaded(ready -> ready.responses()::inputItems))
                .add("POST", "/v1/responses/:id/cancel", loaded(ready -> ready.responses()::cancel))
                .add("POST", "/v1/responses/input_tokens", loaded(ready -> ready.responses()::inputTokens))
                .add("POST", "/v1/responses/compact", exchange -> {
                    throw Responses.notCompacted();
                })
                .addSocket("/v1/responses", () -> loaded().responses()::open)
                .add("GET", "/v1/models", loaded(ready -> ready.models()::list))
                .add("GET", "/v1/models/:model", loaded(ready -> ready.models()::one));
    }

    private void addUsers(Routes routes, Audit audit) {
        String user = "/v1/users/:user";
        routes.add("GET", "/v1/users", loaded(ready -> ready.users()::list))
                .add("PUT", user, loaded(ready -> ready.users()::put))
                .add("GET", user, loaded(ready -> ready.users()::get))
                .add("DELETE", user, audit.of("user.erase", Audit::user, loaded(ready -> ready.users()::delete)))
                .add("POST", user + "/history", loaded(ready -> ready.histories()::append))
                .add("GET", user + "/history", loaded(ready -> ready.histories()::list))
                .add(
                        "DELETE",
                        user + "/history",
                        audit.of("history.erase", Audit::user, loaded(ready -> ready.histories()::clear)))
                .addUpload(
                        "PUT",
                        user + "/adapter",
                        audit.of("adapter.put", Audit::user, loaded(ready -> ready.adapters()::put)))
                .add("GET", user + "/adapter", loaded(ready -> ready.adapters()::get))
                .add(
                        "DELETE",
                        user + "/adapter",
                        audit.of("adapter.erase", Audit::user, loaded(ready -> ready.adapters()::delete)))
                .add("POST", user + "/plan", loaded(ready -> ready.plans()::assemble))
                .add("GET", user + "/plan", loaded(ready -> ready.plans()::get))
                .add("GET", user + "/plan/jobs/:job", loaded(ready -> ready.plans()::job))
                .add(
                        "GET",
                        user + "/export",
                        audit.of("user.export", Audit::user, loaded(ready -> ready.exports()::get)));
    }

    private void addPools(Routes routes, Audit audit) {
        routes.add("GET", "/v1/pools", loaded(ready -> ready.pools()::list))
                .add("GET", "/v1/pools/:pool", loaded(ready -> ready.pools()::get))
                .add(
                        "DELETE",
                        "/v1/pools/:pool/sharers/:sharer",
                        audit.of(
                                "sharer.withdraw",
                                exchange -> exchange.part("pool") + " " + exchange.part("sharer"),
                                loaded(ready -> ready.pools()::withdraw)));
    }

    private void addKeys(Routes routes, Audit audit) {
        routes.add("POST", "/v1/admin/keys", loaded(ready -> ready.keys()::create))
                .add("GET", "/v1/admin/audit", audit::list)
                .add("GET", "/v1/admin/keys", loaded(ready -> ready.keys()::list))
                .add("POST", "/v1/admin/keys/:id/rotate", loaded(ready -> ready.keys()::rotate))
                .add("DELETE", "/v1/admin/keys/:id", loaded(ready -> ready.keys()::revoke));
    }

    private void addOperations(Routes routes) {
        Operations operations = new Operations(metrics, this::ready);
        Console console = new Console();
        if (showsMetrics) {
            routes.addAlways("GET", "/metrics", operations::metrics);
        }
        routes.addAlways("GET", "/health/live", operations::live)
                .addAlways("GET", "/health/ready", operations::ready)
                .addAlways("GET", "/health", operations::ready)
                .addAlways("GET", "/version", operations::version)
                .addAlways("GET", "/openapi.yaml", new ApiDocument()::get)
                .addAlways("GET", "/", console::page)
                .addAlways("GET", "/console/:file", console::file);
    }

    private Endpoint loaded(Function<Endpoints, Endpoint> choose) {
        return exchange -> choose.apply(loaded()).answer(exchange);
    }

    private Endpoints loaded() {
        Endpoints ready = endpoints;
        if (ready == null) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the model is loading");
        }
        return ready;
    }

    /** What is served; UNAVAILABLE says why nothing is. */
    private Serving ready() {
        if (gate.isShut()) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
        }
        Serving serving = loaded().serving();
        if (!serving.store().healthy()) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the database does not answer");
        }
        serving.engine().fault().ifPresent(fault -> {
            throw new ServingException(ErrorCode.UNAVAILABLE, fault);
        });
        return serving;
    }
}
