package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Allowance;
import dev.piecewise.tenant.Caller;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.InputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One HTTP request with its whole body, and its answer. Confined to the request's own virtual thread. */
public final class Exchange implements AutoCloseable {
    /** The header that names the answer, so that it can be found in the log. */
    static final String ID = "x-request-id";

    private static final String JSON = "application/json";

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Caller caller;
    private final Map<String, String> parts;
    private final Body body;
    private final Loop loop;
    private final Allowance.Pass pass;
    private boolean goesOn;
    private Runnable beforeSuccess = () -> {};
    private @Nullable OpenAnswer open;

    /** {@code pass} is closed when the request runs no longer. */
    Exchange(
            HttpServerRequest request,
            Caller caller,
            Map<String, String> parts,
            Body body,
            Loop loop,
            Allowance.Pass pass) {
        this.request = request;
        this.caller = caller;
        this.response = request.response();
        this.parts = parts;
        this.body = body;
        this.loop = loop;
        this.pass = pass;
    }

    /** Begins work that may last longer than the answer; the request counts as one that runs until the work has ended. Called once at most. */
    public void goOn(Runnable work) {
        Thread.ofVirtual().name("background").start(() -> {
            try {
                work.run();
            } finally {
                pass.close();
            }
        });
        goesOn = true;
    }

    @Override
    public void close() {
        if (!goesOn) {
            pass.close();
        }
    }

    String id() {
        return Objects.requireNonNullElse(response.headers().get(ID), "");
    }

    /** Who asks. */
    public Caller caller() {
        return caller;
    }

    /** A named part of the route's pattern. */
    public String part(String name) {
        return Objects.requireNonNull(parts.get(name), name);
    }

    /** A field of the query; INVALID_REQUEST when the query cannot be read. */
    public Optional<String> query(String name) {
        try {
            return Optional.ofNullable(request.getParam(name));
        } catch (IllegalArgumentException e) {
            throw ServingException.invalid(name, "the query is not valid percent-encoding");
        }
    }

    /** Fields of the query that are written as {@code name[key]=value}, by their keys; INVALID_REQUEST when the query cannot be read. */
    public Map<String, String> queryEntries(String name) {
        Map<String, String> entries = new TreeMap<>();
        try {
            request.params().forEach((field, value) -> {
                if (field.startsWith(name + "[") && field.endsWith("]")) {
                    entries.put(field.substring(name.length() + 1, field.length() - 1), value);
                }
            });
        } catch (IllegalArgumentException e) {
            throw ServingException.invalid(name, "the query is not valid percent-encoding");
        }
        return entries;
    }

    /** A whole number in the query; INVALID_REQUEST when it is none or out of range. */
    public OptionalInt queryInteger(String name, int least, int most) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= least && number <= most) {
                return OptionalInt.of(number);
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw ServingException.invalid(name, "%s must be a whole number from %d to %d".formatted(name, least, most));
    }

    /** A time in the query as ISO 8601 writes it; INVALID_REQUEST when it is none. */
    public Optional<Instant> queryTime(String name) {
        try {
            return query(name).map(Instant::parse);
        } catch (DateTimeParseException e) {
            throw ServingException.invalid(name, name + " must be a time such as 2026-01-31T12:00:00Z");
        }
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    /** The body as a JSON object; it can be asked for once. */
    public Fields json() {
        return Json.object(body.take());
    }

    /** The body of a route that takes files, from its start; closed with the request. */
    public InputStream upload() {
        return body.input();
    }

    /** Adds a header to the answer, which must not have begun. */
    public Exchange with(String header, String value) {
        response.putHeader(header, value);
        return this;
    }

    public void answer(int status, Object json) throws InterruptedException, ClientGoneException {
        answer(status, JSON, Json.bytes(json));
    }

    /** Is run once, before the first success is told; what it throws is told instead. */
    public void beforeSuccess(Runnable act) {
        beforeSuccess = act;
    }

    public void answer(int status, String contentType, byte[] content)
            throws InterruptedException, ClientGoneException {
        if (status < 300) {
            succeed();
        }
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, contentType);
        await(response.end(Buffer.buffer(content)));
    }

    /** Begins an answer that is a stream of events; its head goes out with the first write. */
    public EventStream events() {
        response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("x-accel-buffering", "no");
        Relay relay = new Relay(
                loop.turns(),
                response,
                request.connection()::close,
                loop.limits().patience());
        EventStream stream = new EventStream(this, relay);
        open = stream;
        return stream;
    }

    private void succeed() {
        Runnable act = beforeSuccess;
        beforeSuccess = () -> {};
        act.run();
    }

    /** Begins an answer of lines of JSON; its head goes out with the first of them. */
    public LineStream lines() {
        succeed();
        response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, "application/x-ndjson");
        LineStream stream = new LineStream(this);
        open = stream;
        return stream;
    }

    /** Begins an answer of so many bytes; its head goes out with the first of them. */
    public FileStream file(String contentType, long bytes) {
        succeed();
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(bytes));
        FileStream stream = new FileStream(this);
        open = stream;
        return stream;
    }

    /** Ends the connection. */
    void abort() {
        request.connection().close();
    }

    /** From here until it is closed, the current thread is interrupted when the client leaves. */
    public ClientWatch watch() throws ClientGoneException {
        return new ClientWatch(response, Thread.currentThread());
    }

    /** Says what went wrong, in whatever way is left: as an ordinary answer, or as the last part of a stream. */
    void fail(ServingException refused) throws InterruptedException, ClientGoneException {
        byte[] error = Json.bytes(ErrorBody.of(refused));
        if (!response.headWritten()) {
            response.headers().remove(HttpHeaders.TRANSFER_ENCODING).remove(HttpHeaders.CONTENT_LENGTH);
            response.setChunked(false);
            retryAfter(refused).ifPresent(seconds -> with("Retry-After", seconds));
            answer(refused.code().status(), JSON, error);
        } else if (open != null && !response.ended()) {
            open.fail(error);
        }
    }

    /** The status that was answered; 499, as nginx has it, when the client left before. */
    int status() {
        return response.headWritten() ? response.getStatusCode() : 499;
    }

    /** Writes without waiting; any thread may call. */
    Future<Void> post(Buffer bytes) {
        return response.write(bytes);
    }

    void write(Buffer bytes) throws InterruptedException, ClientGoneException {
        await(post(bytes));
    }

    void end() throws InterruptedException, ClientGoneException {
        await(response.end());
    }

    static Optional<String> retryAfter(ServingException refused) {
        return refused.retrySeconds().isPresent()
                ? Optional.of(Integer.toString(refused.retrySeconds().getAsInt()))
                : retryAfter(refused.code());
    }

    private static Optional<String> retryAfter(ErrorCode code) {
        return switch (code) {
            case OVERLOADED, RATE_LIMITED -> Optional.of("1");
            case UNAVAILABLE -> Optional.of("2");
            case INVALID_REQUEST,
                    CONTEXT_TOO_LONG,
                    UNAUTHORIZED,
                    FORBIDDEN,
                    UNKNOWN_MODEL,
                    UNKNOWN_USER,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    CONFLICT,
                    TOO_LARGE,
                    INTERNAL -> Optional.empty();
        };
    }

    void await(Future<Void> written) throws InterruptedException, ClientGoneException {
        try {
            written.toCompletionStage()
                    .toCompletableFuture()
                    .get(loop.limits().patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new ClientGoneException();
        } catch (TimeoutException e) {
            request.connection().close();
            throw new ClientGoneException();
        }
    }
}
