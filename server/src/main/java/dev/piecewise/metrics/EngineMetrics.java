package dev.piecewise.metrics;

import dev.piecewise.engine.EngineObserver;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.concurrent.atomic.LongAdder;

/** What the engine reports, under vLLM's names and buckets where vLLM has the metric. Its methods are called by the engine's thread. */
final class EngineMetrics implements EngineObserver {
    private final Histogram iterationTokens;
    private final Histogram stepSeconds;
    private final Counter prefixQueries;
    private final Counter prefixHits;
    private final Counter promptTokens;
    private final Counter promptTokensCached;
    private final Counter promptTokensBySource;
    private final Counter generationTokens;
    private final Counter preemptions;
    private final Counter success;
    private final Histogram firstToken;
    private final Histogram interToken;
    private final Histogram perOutputToken;
    private final Histogram endToEnd;
    private final Histogram queue;
    private final Histogram prefill;
    private final Histogram decode;
    private final Histogram inference;
    private final Histogram requestPromptTokens;
    private final Histogram requestGenerationTokens;
    private final Histogram slotLoad;
    private final Histogram slotWait;
    private final LongAdder slotHits = new LongAdder();
    private final LongAdder slotLoads = new LongAdder();
    private final LongAdder slotEvictions = new LongAdder();

    EngineMetrics(Families vllm, Families own, int maxLength) {
        double[] lengths = Families.oneTwoFive(maxLength);
        iterationTokens = vllm.histogram("vllm:iteration_tokens_total", "Tokens of a step.", Families.STEP_TOKENS);
        prefixQueries = vllm.counter("vllm:prefix_cache_queries", "Prompt tokens looked up in the prefix cache.");
        prefixHits = vllm.counter("vllm:prefix_cache_hits", "Prompt tokens found in the prefix cache.");
        promptTokens = vllm.counter("vllm:prompt_tokens", "Prompt tokens of admitted sequences.");
        promptTokensCached = vllm.counter("vllm:prompt_tokens_cached", "Prompt tokens that needed no prefill.");
        promptTokensBySource = vllm.counter(
                "vllm:prompt_tokens_by_source", "Prompt tokens by where their keys and values came from.", "source");
        generationTokens = vllm.counter("vllm:generation_tokens", "Completion tokens.");
        preemptions = vllm.counter("vllm:num_preemptions", "Sequences stopped to be recomputed later.");
        success = vllm.counter("vllm:request_success", "Ended sequences by reason.", "finished_reason");
        firstToken = vllm.histogram(
                "vllm:time_to_first_token_seconds",
                "From submission to the first token.",
                Families.FIRST_TOKEN_SECONDS);
        interToken = vllm.histogram(
                "vllm:inter_token_latency_seconds", "Between two tokens of a sequence.", Families.TOKEN_SECONDS);
        perOutputToken = vllm.histogram(
                "vllm:request_time_per_output_token_seconds",
                "Decode time of a sequence over its tokens after the first.",
                Families.TOKEN_SECONDS);
        endToEnd = seconds(vllm, "vllm:e2e_request_latency_seconds", "From submission to the last event.");
        queue = seconds(vllm, "vllm:request_queue_time_seconds", "From submission to admission.");
        prefill = seconds(vllm, "vllm:request_prefill_time_seconds", "From admission to the first token.");
        decode = seconds(vllm, "vllm:request_decode_time_seconds", "From the first token to the last.");
        inference = seconds(vllm, "vllm:request_inference_time_seconds", "Prefill and decode together.");
        requestPromptTokens = vllm.histogram("vllm:request_prompt_tokens", "Prompt tokens of a sequence.", lengths);
        requestGenerationTokens =
                vllm.histogram("vllm:request_generation_tokens", "Completion tokens of a sequence.", lengths);
        stepSeconds = own.histogram(
                "piecewise_engine_step_seconds",
                "One step: of prefill tokens only, decode tokens only, or mixed.",
                Families.WORK_SECONDS,
                "phase");
        slotLoad = own.histogram(
                "piecewise_slot_load_seconds", "Copying an adapter into the device's bank.", Families.WORK_SECONDS);
        slotWait = own.histogram(
                "piecewise_slot_wait_seconds",
                "Waiting for free columns of the adapter bank.",
                Families.FIRST_TOKEN_SECONDS);
    }

    private static Histogram seconds(Families vllm, String name, String help) {
        return vllm.histogram(name, help, Families.REQUEST_SECONDS);
    }

    @Override
    public void stepped(int prefillTokens, int decodeTokens, int spans, double seconds) {
        iterationTokens.observe(prefillTokens + decodeTokens);
        String phase = prefillTokens == 0 ? "decode" : decodeTokens == 0 ? "prefill" : "mixed";
        stepSeconds.labelValues(phase).observe(seconds);
    }

    @Override
    public void admitted(int promptTokenCount, int cachedTokens, double queueSeconds) {
        prefixQueries.inc(promptTokenCount);
        prefixHits.inc(cachedTokens);
        promptTokens.inc(promptTokenCount);
        promptTokensCached.inc(cachedTokens);
        promptTokensBySource.labelValues("local_compute").inc(promptTokenCount - cachedTokens);
        promptTokensBySource.labelValues("local_cache_hit").inc(cachedTokens);
        queue.observe(queueSeconds);
    }

    @Override
    public void firstToken(double sinceSubmitSeconds, double prefillSeconds) {
        generationTokens.inc();
        firstToken.observe(sinceSubmitSeconds);
        prefill.observe(prefillSeconds);
    }

    @Override
    public void nextToken(double sinceLastTokenSeconds) {
        generationTokens.inc();
        interToken.observe(sinceLastTokenSeconds);
    }

    @Override
    public void ended(
            String reason, int promptTokenCount, int completionTokens, double endToEndSeconds, double decodeSeconds) {
        success.labelValues(reason).inc();
        endToEnd.observe(endToEndSeconds);
        decode.observe(decodeSeconds);
        requestPromptTokens.observe(promptTokenCount);
        requestGenerationTokens.observe(completionTokens);
        if (completionTokens > 1) {
            perOutputToken.observe(decodeSeconds / (completionTokens - 1));
        }
    }

    @Override
    public void ran(double seconds) {
        inference.observe(seconds);
    }

    @Override
    public void preempted() {
        preemptions.inc();
    }

    @Override
    public void slotHit() {
        slotHits.increment();
    }

    @Override
    public void slotLoaded(double seconds) {
        slotLoads.increment();
        slotLoad.observe(seconds);
    }

    @Override
    public void slotEvicted() {
        slotEvictions.increment();
    }

    @Override
    public void slotWaited(double seconds) {
        slotWait.observe(seconds);
    }

    /** The device's tier of the adapter cache: its slots. */
    CacheStats slots() {
        return new CacheStats() {
            @Override
            public long hits() {
                return slotHits.sum();
            }

            @Override
            public long misses() {
                return slotLoads.sum();
            }

            @Override
            public long evictions() {
                return slotEvictions.sum();
            }

            @Override
            public long bytes() {
                return -1;
            }
        };
    }
}
