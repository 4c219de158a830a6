package dev.piecewise.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The span of one request, with the attributes of OpenTelemetry's conventions for generative AI; never a text, a user or an adapter's fingerprint. Confined to the thread that began it and closes it.
 */
public final class Trace implements AutoCloseable {
    /** Of a request that nobody collects. */
    static final Trace NONE = new Trace();

    private static final ContextKey<Trace> KEY = ContextKey.named("dev.piecewise.trace");
    private static final AttributeKey<List<String>> FINISH_REASONS =
            AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");

    private final Optional<Tracer> tracer;
    private final String route;
    private final Span span;
    private final Scope scope;
    private final long wallNanos;
    private final long nanos;

    private Trace() {
        tracer = Optional.empty();
        route = "";
        span = Span.getInvalid();
        scope = Scope.noop();
        wallNanos = 0;
        nanos = 0;
    }

    /** Makes it the current one of this thread. */
    Trace(Tracer tracer, String route, Span span) {
        this.tracer = Optional.of(tracer);
        this.route = route;
        this.span = span;
        Instant now = Instant.now();
        wallNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        nanos = System.nanoTime();
        Context context = Context.root().with(span).with(KEY, this);
        scope = Objects.requireNonNullElse(ContextStorage.get().attach(context), Scope.noop());
    }

    /** A part of a request that goes on when the request has been answered, with a span of its own. Any thread may close it; it is no thread's current one. */
    private Trace(Trace whole, Span span) {
        tracer = whole.tracer;
        route = whole.route;
        wallNanos = whole.wallNanos;
        nanos = whole.nanos;
        this.span = span;
        scope = Scope.noop();
    }

    /** Of the request that the current thread answers. */
    public static Trace current() {
        Trace trace = Context.current().get(KEY);
        return trace == null ? NONE : trace;
    }

    /** Whether somebody collects it. */
    public boolean isOn() {
        return span.isRecording();
    }

    /** What is asked for. */
    public record Asked(String model, int maxTokens, double temperature, double topP, int choices) {}

    public void asked(Asked asked) {
        if (isOn()) {
            span.setAttribute("gen_ai.operation.name", route.equals("/v1/completions") ? "text_completion" : "chat")
                    .setAttribute("gen_ai.provider.name", "piecewise")
                    .setAttribute("gen_ai.request.model", asked.model())
                    .setAttribute("gen_ai.request.max_tokens", asked.maxTokens())
                    .setAttribute("gen_ai.request.temperature", asked.temperature())
                    .setAttribute("gen_ai.request.top_p", asked.topP())
                    .setAttribute("gen_ai.request.choice.count", asked.choices());
        }
    }

    /** What answers: a mode, and a version of a pool where one takes part. */
    public void served(String model, String mode, Optional<String> pool) {
        if (isOn()) {
            span.setAttribute("gen_ai.response.model", model).setAttribute("piecewise.adapter.mode", mode);
            pool.ifPresent(version -> span.setAttribute("piecewise.pool", version));
        }
    }

    /** Begins a part that goes on when the request has been answered. */
    public Trace part(String name) {
        return isOn()
                ? new Trace(
                        this,
                        tracer.orElseThrow()
                                .spanBuilder(name)
                                .setParent(Context.root().with(span))
                                .startSpan())
                : NONE;
    }

    /** Does some work as a child of its own. */
    public <T> T child(String name, Supplier<T> work) {
        if (!isOn()) {
            return work.get();
        }
        long begun = System.nanoTime();
        try {
            return work.get();
        } finally {
            child(name, begun, System.nanoTime());
        }
    }

    /**
     * What the engine did, in times of {@link System#nanoTime}, 0 for what did not happen.
     *
     * @param admitted when the first of the request's sequences began to run
     */
    public record Ran(long submitted, long admitted, long firstToken, long ended) {}

    /** The engine's part as children: the waiting, the prompt and the answer. */
    public void ran(Ran ran) {
        if (isOn()) {
            child("queue", ran.submitted(), ran.admitted() == 0 ? ran.ended() : ran.admitted());
            if (ran.admitted() != 0) {
                child("prefill", ran.admitted(), ran.firstToken() == 0 ? ran.ended() : ran.firstToken());
            }
            if (ran.firstToken() != 0) {
                child("decode", ran.firstToken(), ran.ended());
            }
        }
    }

    /** What it came to. */
    public void used(int promptTokens, int cachedTokens, int completionTokens, List<String> finishReasons) {
        if (isOn()) {
            span.setAttribute("gen_ai.usage.input_tokens", promptTokens)
                    .setAttribute("gen_ai.usage.cache_read.input_tokens", cachedTokens)
                    .setAttribute("gen_ai.usage.output_tokens", completionTokens)
                    .setAttribute(FINISH_REASONS, finishReasons);
        }
    }

    /** The status that was answered. */
    public void answered(int status) {
        if (isOn()) {
            span.setAttribute("http.response.status_code", status);
            if (status >= 400) {
                span.setAttribute("error.type", Integer.toString(status));
            }
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
        span.end();
    }

    private void child(String name, long from, long to) {
        tracer.orElseThrow()
                .spanBuilder(name)
                .setParent(Context.root().with(span))
                .setStartTimestamp(wall(from), TimeUnit.NANOSECONDS)
                .startSpan()
                .end(wall(to), TimeUnit.NANOSECONDS);
    }

    private long wall(long time) {
        return wallNanos + (time - nanos);
    }
}
