package dev.piecewise.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where requests' spans go: over OTLP (HTTP and protobuf) to a collector, in batches that never hold up a request, or nowhere. Any thread may call. */
public final class Traces implements AutoCloseable {
    /** Nobody collects. */
    public static final Traces OFF = new Traces(Optional.empty());

    private static final Duration LAST_BATCH = Duration.ofSeconds(3);
    private static final String PARENT = "traceparent";
    private static final String STATE = "tracestate";

    private final Optional<SdkTracerProvider> provider;
    private final Optional<Tracer> tracer;

    private Traces(Optional<SdkTracerProvider> provider) {
        this.provider = provider;
        tracer = provider.map(sdk -> sdk.get("dev.piecewise"));
    }

    /**
     * How spans are told.
     *
     * @param endpoint the collector's address; {@code /v1/traces} follows it
     * @param headers that it wants, such as an authorization
     * @param service what this server calls itself
     * @param ratio of the requests, from 0 to 1, where their callers have not decided
     */
    public record Settings(
            String endpoint, Map<String, String> headers, String service, String version, double ratio) {}

    public static Traces to(Settings settings) {
        String address = settings.endpoint().replaceFirst("/+$", "") + "/v1/traces";
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(address)
                .setHeaders(settings::headers)
                .build();
        Attributes self = Attributes.builder()
                .put("service.name", settings.service())
                .put("service.version", settings.version())
                .build();
        return new Traces(Optional.of(SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(self)))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.ratio())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setScheduleDelay(Duration.ofSeconds(1))
                        .build())
                .build()));
    }

    /** Begins the span of a request that is answered by the current thread from now on; {@code header} gives the request's headers by name, of which the caller's trace is taken. */
    public Trace begin(String method, String route, Function<String, @Nullable String> header) {
        if (tracer.isEmpty()) {
            return Trace.NONE;
        }
        Context parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), header, Headers.GETTER);
        return new Trace(
                tracer.get(),
                route,
                tracer.get()
                        .spanBuilder(method + " " + route)
                        .setParent(parent)
                        .setSpanKind(SpanKind.SERVER)
                        .setAttribute("http.request.method", method)
                        .setAttribute("http.route", route)
                        .startSpan());
    }

    /** Tells what is left. */
    @Override
    public void close() {
        provider.ifPresent(sdk -> sdk.shutdown().join(LAST_BATCH.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** The two headers of W3C's trace context. */
    private enum Headers implements TextMapGetter<Function<String, @Nullable String>> {
        GETTER;

        @Override
        public Iterable<String> keys(Function<String, @Nullable String> header) {
            return List.of(PARENT, STATE);
        }

        @Override
        public @Nullable String get(@Nullable Function<String, @Nullable String> header, String name) {
            return header == null ? null : header.apply(name);
        }
    }
}
