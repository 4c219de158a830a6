package dev.piecewise.metrics;

import dev.piecewise.engine.Engine;
import dev.piecewise.engine.EngineObserver;
import dev.piecewise.telemetry.Traces;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Every metric of the server; none is made elsewhere. A user's name is never a label. Gauges are read when Prometheus asks: nothing is kept up to date in between.
 */
public final class Metrics {
    /** Resident adapters that are named in one label; more would make the label, and whoever reads it, grow with the number of users. */
    private static final int NAMED_ADAPTERS = 64;

    private static final double[] CHOICES = {1, 2, 5, 10, 20};

    private final Traces traces;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final Families vllm;
    private final Families own = new Families(registry, Labels.EMPTY);
    private final Map<String, CacheStats> tiers = new ConcurrentSkipListMap<>();
    private final EngineMetrics engine;
    private final Counter httpRequests;
    private final Counter adapterRequests;
    private final Histogram assembly;
    private final Histogram merge;
    private final Histogram streamWrites;
    private final Histogram requestedChoices;
    private final Histogram requestedTokens;
    private final Histogram longestChoice;
    private volatile @Nullable Supplier<Engine.Status> status;
    private volatile int poolPieces;

    /** As {@link #Metrics(String, int, Traces)}, for nobody who collects traces. */
    public Metrics(String modelName, int maxLength) {
        this(modelName, maxLength, Traces.OFF);
    }

    /** {@code maxLength} is the longest sequence in tokens; it bounds the histograms of lengths. */
    public Metrics(String modelName, int maxLength, Traces traces) {
        this.traces = traces;
        vllm = new Families(registry, Labels.of("model_name", modelName, "engine", "0"));
        engine = new EngineMetrics(vllm, own, maxLength);
        httpRequests = own.counter(
                "piecewise_http_requests", "Answered HTTP requests by route pattern and status.", "route", "status");
        adapterRequests =
                own.counter("piecewise_adapter_requests", "Completion requests by what answered them.", "mode");
        assembly = own.histogram(
                "piecewise_assembly_seconds", "Assembling a history into a plan.", Families.FIRST_TOKEN_SECONDS);
        merge = own.histogram("piecewise_merge_seconds", "Merging a plan into an adapter.", Families.WORK_SECONDS);
        streamWrites = own.histogram(
                "piecewise_stream_write_seconds",
                "From a stream's having something to write until its connection has it.",
                Families.WRITE_SECONDS);
        double[] lengths = Families.oneTwoFive(maxLength);
        requestedChoices = vllm.histogram("vllm:request_params_n", "Choices asked for.", CHOICES);
        requestedTokens = vllm.histogram("vllm:request_params_max_tokens", "Completion tokens allowed.", lengths);
        longestChoice = vllm.histogram(
                "vllm:request_max_num_generation_tokens", "Tokens of a request's longest choice.", lengths);
        tiers.put("device", engine.slots());
        engineGauges();
        adapterGauges();
        JvmMetrics.builder().register(registry);
    }

    /** Where the spans of requests go. */
    public Traces traces() {
        return traces;
    }

    /** For the engine to report to. */
    public EngineObserver engine() {
        return engine;
    }

    /** Where the gauges are read from; until then they are not shown. */
    public void attach(Supplier<Engine.Status> engineStatus) {
        status = engineStatus;
    }

    /** Adds a tier of the adapter cache: {@code host} or {@code plan}. The device's is there already. */
    public void cache(String tier, CacheStats stats) {
        tiers.put(tier, stats);
    }

    public void poolPieces(int pieces) {
        poolPieces = pieces;
    }

    /** An HTTP request was answered; {@code route} is a pattern such as {@code /v1/users/:id}, never a path as it came. */
    public void answered(String route, int httpStatus) {
        httpRequests.labelValues(route, Integer.toString(httpStatus)).inc();
    }

    /** A completion was asked for and {@code mode} is going to answer it. */
    public void asked(String mode, int choices, int maxTokens) {
        adapterRequests.labelValues(mode).inc();
        requestedChoices.observe(choices);
        requestedTokens.observe(maxTokens);
    }

    /** A completion request was answered in full. */
    public void completed(int longestChoiceTokens) {
        longestChoice.observe(longestChoiceTokens);
    }

    /** What a stream had to write was handed to its connection so long after it was there. */
    public void streamed(double seconds) {
        streamWrites.observe(seconds);
    }

    public void assembled(double seconds) {
        assembly.observe(seconds);
    }

    public void merged(double seconds) {
        merge.observe(seconds);
    }

    /** Everything as it is now, in the format that the HTTP header {@code accept} prefers. */
    public Exposition scrape(@Nullable String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteArrayOutputStream body = new ByteArrayOutputStream(32 << 10);
        try {
            writer.write(body, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Exposition(writer.getContentType(), body.toByteArray());
    }

    private void engineGauges() {
        level("vllm:num_requests_running", "Sequences that take part in steps.", Engine.Status::running);
        level("vllm:num_requests_waiting", "Sequences that wait to be admitted.", Engine.Status::waiting);
        vllm.gauge(
                "vllm:num_requests_waiting_by_reason",
                "Waiting sequences by what they wait for.",
                whenAttached((now, gauge) -> gauge.call(now.waiting(), "capacity")),
                "reason");
        level(
                "vllm:kv_cache_usage_perc",
                "Share of the KV places that running sequences hold, 0 to 1.",
                now -> now.kvPlacesUsed() / Math.max(1.0, now.kvPlacesTotal()));
        vllm.gauge(
                "vllm:cache_config_info",
                "The KV cache: one place for each token.",
                whenAttached((now, gauge) -> gauge.call(1, "1", Integer.toString(now.kvPlacesTotal()), "True")),
                "block_size",
                "num_gpu_blocks",
                "enable_prefix_caching");
        own.gauge(
                "piecewise_kv_places",
                "Token places of the KV arena by state.",
                whenAttached((now, gauge) -> {
                    gauge.call(now.kvPlacesUsed(), "used");
                    gauge.call(now.kvPlacesCached(), "cached");
                    gauge.call(now.kvPlacesTotal() - now.kvPlacesUsed() - now.kvPlacesCached(), "free");
                }),
                "state");
    }

    private void adapterGauges() {
        own.gauge(
                "piecewise_adapter_slots",
                "Slots of the adapter bank by state.",
                whenAttached((now, gauge) -> {
                    gauge.call(now.slotsActive(), "active");
                    gauge.call(now.slotsIdle(), "idle");
                    gauge.call(now.slotsFree(), "free");
                }),
                "state");
        // Without vLLM's constant labels, as vLLM itself does: routers match on exactly these three.
        own.gauge(
                "vllm:lora_requests_info",
                "Adapters resident on the device; the value is the time of reading.",
                whenAttached((now, gauge) -> gauge.call(
                        Clock.systemUTC().millis() / 1000.0,
                        Integer.toString(now.slotsActive() + now.slotsIdle() + now.slotsFree()),
                        named(now.residentAdapters()),
                        "")),
                "max_lora",
                "running_lora_adapters",
                "waiting_lora_adapters");
        own.gauge("piecewise_pool_pieces", "Pieces of the pool that is served.", gauge -> gauge.call(poolPieces));
        tierCount("piecewise_adapter_cache_hits", "Adapters found in a tier.", CacheStats::hits);
        tierCount("piecewise_adapter_cache_misses", "Adapters not found in a tier.", CacheStats::misses);
        tierCount("piecewise_adapter_cache_evictions", "Adapters dropped from a tier.", CacheStats::evictions);
        own.gauge(
                "piecewise_adapter_cache_bytes",
                "Bytes of a tier's adapters.",
                gauge -> {
                    tiers.forEach((tier, stats) -> {
                        if (stats.bytes() >= 0) {
                            gauge.call((double) stats.bytes(), tier);
                        }
                    });
                },
                "tier");
    }

    private void tierCount(String name, String help, ToLongFunction<CacheStats> count) {
        own.counted(
                name,
                help,
                counter -> tiers.forEach((tier, stats) -> counter.call((double) count.applyAsLong(stats), tier)),
                "tier");
    }

    private void level(String name, String help, ToDoubleFunction<Engine.Status> level) {
        vllm.gauge(name, help, whenAttached((now, gauge) -> gauge.call(level.applyAsDouble(now))));
    }

    private Consumer<GaugeWithCallback.Callback> whenAttached(
            BiConsumer<Engine.Status, GaugeWithCallback.Callback> read) {
        return gauge -> {
            Supplier<Engine.Status> attached = status;
            if (attached != null) {
                read.accept(attached.get(), gauge);
            }
        };
    }

    private static String named(List<String> adapters) {
        return String.join(",", adapters.subList(0, Math.min(NAMED_ADAPTERS, adapters.size())));
    }
}
