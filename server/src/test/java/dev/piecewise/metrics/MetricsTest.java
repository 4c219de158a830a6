package dev.piecewise.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.Engine;
import dev.piecewise.engine.EngineObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MetricsTest {
    private static final String LABELS = "{engine=\"0\",model_name=\"tiny\"";

    private final Metrics metrics = new Metrics("tiny", 512);

    @Test
    void namesWhatTheEngineReportsAsVllmDoes() {
        EngineObserver observer = metrics.engine();
        observer.admitted(10, 4, 0.4);
        observer.firstToken(0.003, 0.002);
        observer.nextToken(0.02);
        observer.nextToken(0.02);
        observer.stepped(10, 2, 3, 0.004);
        observer.ended("stop", 10, 3, 0.5, 0.04);
        observer.ran(0.1);
        observer.preempted();

        assertThat(lines())
                .contains(
                        "vllm:prefix_cache_queries_total" + LABELS + "} 10.0",
                        "vllm:prefix_cache_hits_total" + LABELS + "} 4.0",
                        "vllm:prompt_tokens_total" + LABELS + "} 10.0",
                        "vllm:prompt_tokens_cached_total" + LABELS + "} 4.0",
                        "vllm:prompt_tokens_by_source_total" + LABELS + ",source=\"local_compute\"} 6.0",
                        "vllm:generation_tokens_total" + LABELS + "} 3.0",
                        "vllm:num_preemptions_total" + LABELS + "} 1.0",
                        "vllm:request_success_total{engine=\"0\",finished_reason=\"stop\",model_name=\"tiny\"} 1.0",
                        "vllm:time_to_first_token_seconds_bucket" + LABELS + ",le=\"0.001\"} 0",
                        "vllm:time_to_first_token_seconds_bucket" + LABELS + ",le=\"0.005\"} 1",
                        "vllm:inter_token_latency_seconds_count" + LABELS + "} 2",
                        "vllm:request_time_per_output_token_seconds_sum" + LABELS + "} 0.02",
                        "vllm:request_inference_time_seconds_sum" + LABELS + "} 0.1",
                        "# TYPE vllm:iteration_tokens_total histogram",
                        "vllm:iteration_tokens_total_sum" + LABELS + "} 12.0",
                        "piecewise_engine_step_seconds_count{phase=\"mixed\"} 1");
    }

    @Test
    void boundsTheHistogramsOfLengthsByTheContext() {
        metrics.engine().ended("length", 600, 1, 1, 0);

        assertThat(lines())
                .contains(
                        "vllm:request_prompt_tokens_bucket" + LABELS + ",le=\"500.0\"} 0",
                        "vllm:request_prompt_tokens_bucket" + LABELS + ",le=\"+Inf\"} 1")
                .noneMatch(line -> line.startsWith("vllm:request_prompt_tokens_bucket") && line.contains("1000.0"));
    }

    @Test
    void readsTheGaugesWhenItIsAsked() {
        assertThat(lines()).noneMatch(line -> line.startsWith("vllm:num_requests_running{"));

        metrics.attach(() -> new Engine.Status(3, 2, 50, 20, 100, 1, 2, 5, List.of("abc", "def")));

        assertThat(lines())
                .contains(
                        "vllm:num_requests_running" + LABELS + "} 3.0",
                        "vllm:num_requests_waiting" + LABELS + "} 2.0",
                        "vllm:kv_cache_usage_perc" + LABELS + "} 0.5",
                        "piecewise_kv_places{state=\"free\"} 30.0",
                        "piecewise_adapter_slots{state=\"idle\"} 2.0",
                        "# TYPE vllm:lora_requests_info gauge")
                .anyMatch(line -> line.startsWith("vllm:lora_requests_info{max_lora=\"8\","
                        + "running_lora_adapters=\"abc,def\",waiting_lora_adapters=\"\"} "));
    }

    @Test
    void namesOnlySoManyResidentAdapters() {
        List<String> thousand =
                IntStream.range(0, 1000).mapToObj(i -> "adapter" + i).toList();
        metrics.attach(() -> new Engine.Status(0, 0, 0, 0, 100, 0, 1000, 0, thousand));

        assertThat(lines())
                .filteredOn(line -> line.startsWith("vllm:lora_requests_info{"))
                .singleElement()
                .asString()
                .contains("adapter63")
                .doesNotContain("adapter64");
    }

    @Test
    void showsEveryTierOfTheAdapterCache() {
        metrics.engine().slotHit();
        metrics.engine().slotLoaded(0.001);
        metrics.cache("host", new Counted(7, 3, 1, 4096));

        assertThat(lines())
                .contains(
                        "piecewise_adapter_cache_hits_total{tier=\"device\"} 1.0",
                        "piecewise_adapter_cache_misses_total{tier=\"device\"} 1.0",
                        "piecewise_adapter_cache_hits_total{tier=\"host\"} 7.0",
                        "piecewise_adapter_cache_misses_total{tier=\"host\"} 3.0",
                        "piecewise_adapter_cache_evictions_total{tier=\"host\"} 1.0",
                        "piecewise_adapter_cache_bytes{tier=\"host\"} 4096.0",
                        "piecewise_slot_load_seconds_count 1");
    }

    @Test
    void countsWhatTheGatewayAnswered() {
        metrics.answered("/v1/users/:id", 404);
        metrics.asked("assembled", 2, 16);

        assertThat(lines())
                .contains(
                        "piecewise_http_requests_total{route=\"/v1/users/:id\",status=\"404\"} 1.0",
                        "piecewise_adapter_requests_total{mode=\"assembled\"} 1.0",
                        "vllm:request_params_n_bucket" + LABELS + ",le=\"2.0\"} 1",
                        "vllm:request_params_max_tokens_bucket" + LABELS + ",le=\"20.0\"} 1");
    }

    @Test
    void speaksOpenMetricsToThoseWhoAskForIt() {
        Exposition exposition = metrics.scrape("application/openmetrics-text; version=1.0.0");

        assertThat(exposition.contentType()).startsWith("application/openmetrics-text");
        assertThat(new String(exposition.body(), StandardCharsets.UTF_8)).endsWith("# EOF\n");
        assertThat(metrics.scrape("*/*").contentType()).startsWith("text/plain");
    }

    private List<String> lines() {
        return new String(metrics.scrape(null).body(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    private record Counted(long hits, long misses, long evictions, long bytes) implements CacheStats {}
}
