package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.config.PiecewiseConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server, wired as the command wires it: what one user sees of it. */
@Timeout(120)
class ServerTest {
    private static final List<String> VLLM_GAUGES =
            List.of("num_requests_running", "num_requests_waiting", "num_requests_waiting_by_reason");
    private static final List<String> VLLM_HISTOGRAMS = List.of(
            "time_to_first_token_seconds",
            "inter_token_latency_seconds",
            "request_time_per_output_token_seconds",
            "e2e_request_latency_seconds",
            "request_queue_time_seconds",
            "request_prefill_time_seconds",
            "request_decode_time_seconds",
            "request_inference_time_seconds",
            "request_prompt_tokens",
            "request_generation_tokens",
            "request_max_num_generation_tokens",
            "request_params_max_tokens",
            "request_params_n");
    private static final List<String> VLLM_COUNTERS = List.of(
            "prefix_cache_queries_total",
            "prefix_cache_hits_total",
            "prompt_tokens_total",
            "generation_tokens_total",
            "prompt_tokens_cached_total",
            "num_preemptions_total",
            "prompt_tokens_by_source_total",
            "request_success_total");

    @TempDir
    static Path directory;

    private static Path model;
    private static Path pool;

    @TempDir
    Path own;

    @BeforeAll
    static void writeModelAndPool() {
        model = TinyFiles.model(directory);
        pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
    }

    @Test
    void saysThatItLoadsUntilItHasLoaded() throws Exception {
        try (Server server = new Server(config(pool))) {
            ServerClient client = new ServerClient(server.start());
            for (String path : List.of("/health", "/health/ready", "/v1/models", "/v1/users")) {
                assertThat(client.get(path).status()).isEqualTo(503);
                assertThat(client.get(path).response().headers().firstValue("Retry-After"))
                        .isPresent();
            }
            assertThat(client.complete("ann", "").errorCode()).isEqualTo("unavailable");
            assertThat(client.get("/health/live").status()).isEqualTo(200);

            server.load();

            assertThat(client.get("/health").status()).isEqualTo(200);
            assertThat(client.get("/v1/models/tiny").status()).isEqualTo(200);
            assertThat(client.complete("ann", "").status()).isEqualTo(200);
        }
    }

    @Test
    void refusesStrangersWhereItIsToldTo() throws Exception {
        try (RunningServer server = RunningServer.start(config(pool, "personalization.unknown-user=reject"))) {
            ServerClient client = server.client();
            ServerClient.Answer refused = client.complete("stranger", "");
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.errorCode()).isEqualTo("user_not_found");

            assertThat(client.complete("", "").servedBy().path("mode").asText()).isEqualTo("base");
            assertThat(client.complete("stranger", ",\"piecewise\":{\"mode\":\"base\"}")
                            .status())
                    .isEqualTo(200);
            addUser(client, "stranger");
            assertThat(mode(client.complete("stranger", ""))).isEqualTo("assembled");
        }
    }

    @Test
    void aPlanOfAnotherPoolIsNotServedSilently() throws Exception {
        String before;
        try (RunningServer server = RunningServer.start(config(pool))) {
            ServerClient client = server.client();
            addUser(client, "ann");
            before = client.complete("ann", "").servedBy().path("fingerprint").asText();
        }
        try (RunningServer server = RunningServer.start(config(TinyFiles.pool(model, 99, own.resolve("other"))))) {
            ServerClient client = server.client();
            JsonNode served = client.complete("ann", "").servedBy();
            assertThat(served.path("mode").asText()).isEqualTo("base");
            assertThat(served.path("reason").asText()).contains("another pool");
            assertThat(client.complete("ann", ",\"piecewise\":{\"mode\":\"assembled\"}")
                            .status())
                    .isEqualTo(409);

            assertThat(client.post("/v1/users/ann/plan", "{}").status()).isEqualTo(200);
            assertThat(client.complete("ann", "").servedBy().path("fingerprint").asText())
                    .isNotEqualTo(before);
            assertThat(mode(client.complete("ann", ""))).isEqualTo("assembled");
        }
    }

    @Test
    void anErasedUserIsServedByTheBaseAgain() throws Exception {
        try (RunningServer server = RunningServer.start(config(pool))) {
            ServerClient client = server.client();
            String base = tokens(client.complete("ann", ""));
            addUser(client, "ann");
            assertThat(tokens(client.complete("ann", ""))).isNotEqualTo(base);

            ServerClient.Answer erased = client.send("DELETE", "/v1/users/ann", "");

            assertThat(erased.status()).isEqualTo(200);
            assertThat(tokens(client.complete("ann", ""))).isEqualTo(base);
            assertThat(mode(client.complete("ann", ""))).isEqualTo("base");
            assertThat(client.get("/v1/users/ann").status()).isEqualTo(404);
            assertThat(client.get("/v1/users/ann/plan").status()).isEqualTo(404);
        }
    }

    @Test
    void hasEveryMetricThatItIsToHave() throws Exception {
        try (RunningServer server = RunningServer.start(config(pool, "adapters.mode=slots"))) {
            ServerClient client = server.client();
            addUser(client, "somebody");
            client.complete("somebody", ",\"n\":2");
            String metrics = client.get("/metrics").text();

            VLLM_GAUGES.forEach(name -> assertFamily(metrics, "vllm:" + name, "gauge"));
            VLLM_HISTOGRAMS.forEach(name -> assertFamily(metrics, "vllm:" + name, "histogram"));
            VLLM_COUNTERS.forEach(name -> assertFamily(metrics, "vllm:" + name, "counter"));
            assertFamily(metrics, "vllm:kv_cache_usage_perc", "gauge");
            assertFamily(metrics, "vllm:iteration_tokens_total", "histogram");
            assertFamily(metrics, "vllm:cache_config_info", "gauge");
            assertFamily(metrics, "vllm:lora_requests_info", "gauge");
            assertThat(metrics)
                    .contains(
                            "piecewise_adapter_requests_total{mode=\"assembled\"} 1.0",
                            "piecewise_adapter_cache_hits_total{tier=\"plan\"}",
                            "piecewise_adapter_cache_misses_total{tier=\"host\"} 1.0",
                            "piecewise_adapter_cache_evictions_total{tier=\"device\"} 0.0",
                            "piecewise_adapter_cache_bytes{tier=\"host\"}",
                            "piecewise_adapter_slots{state=\"idle\"} 1.0",
                            "piecewise_assembly_seconds_count 1",
                            "piecewise_merge_seconds_count 1",
                            "piecewise_slot_load_seconds_count 1",
                            "piecewise_slot_wait_seconds_count 0",
                            "piecewise_pool_pieces 70.0",
                            "piecewise_engine_step_seconds_count{phase=\"decode\"}",
                            "piecewise_kv_places{state=\"free\"}",
                            "vllm:request_prompt_tokens_bucket{engine=\"0\",model_name=\"tiny\",le=\"500.0\"} 2")
                    .doesNotContain("somebody", "le=\"1000.0\"} 2\nvllm:request_prompt");
        }
    }

    private static void assertFamily(String metrics, String name, String type) {
        assertThat(metrics).contains("# TYPE " + name + " " + type + "\n");
        assertThat(metrics.lines()).anyMatch(line -> line.matches(name + "(_count)?(\\{.*)? .*"));
    }

    private PiecewiseConfig config(Path withPool, String... more) {
        List<String> all = new ArrayList<>(List.of("engine.kv-places=4096", "engine.max-length=512"));
        all.addAll(List.of(more));
        return RunningServer.config(model, withPool, RunningServer.database(own), all.toArray(String[]::new));
    }

    private static void addUser(ServerClient client, String user) throws Exception {
        assertThat(client.post("/v1/users/" + user + "/history", "{\"items\":[\"what they like\"]}")
                        .status())
                .isEqualTo(200);
        assertThat(client.post("/v1/users/" + user + "/plan", "{}").status()).isEqualTo(200);
    }

    private static String mode(ServerClient.Answer answer) throws Exception {
        return answer.servedBy().path("mode").asText();
    }

    private static String tokens(ServerClient.Answer answer) throws Exception {
        return answer.json().at("/choices/0/token_ids").toString();
    }
}
