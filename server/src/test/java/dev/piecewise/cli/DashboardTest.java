package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether everything that the dashboard and the alerts ask of a real Prometheus is there once a server works, and whether {@code promtool} finds our metrics well named. */
@Timeout(180)
final class DashboardTest {
    private static final Path DASHBOARD = Path.of("..", "config", "grafana", "piecewise.json");
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern METRIC = Pattern.compile("\\b(?:vllm:|piecewise_)\\w+");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    @AutoClose
    private static RunningServer server;

    private static ServerClient client;

    @BeforeAll
    static void start() throws Exception {
        Path model = TinyFiles.model(directory);
        Path pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
        server = RunningServer.start(
                model,
                pool,
                RunningServer.database(directory),
                "adapters.mode=slots",
                "adapters.slots=1",
                "engine.kv-places=4096",
                "personalization.guard-items=0");
        client = server.client();
    }

    @Test
    void everyPanelAndEveryAlertHasData() throws Exception {
        List<String> missing = new ArrayList<>(questions());
        assertThat(missing).hasSizeGreaterThan(40);
        try (Prometheus prometheus = Prometheus.scraping(client.url().replace("http://", ""), directory)) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            for (int round = 1; !missing.isEmpty() && System.nanoTime() < end; round++) {
                work(round);
                for (String question : List.copyOf(missing)) {
                    if (prometheus.hasData(question)) {
                        missing.remove(question);
                    }
                }
            }
            assertThat(missing).isEmpty();
            assertThat(prometheus.get("/api/v1/rules").findValuesAsText("health"))
                    .isNotEmpty()
                    .allMatch("ok"::equals);
        }
    }

    @Test
    void ourMetricsAreNamedWell() throws Exception {
        String promtool = Prometheus.program("promtool");
        work(0);
        Path shown = directory.resolve("metrics.txt");
        Files.writeString(shown, client.get("/metrics").text());
        assertThat(shown).content().contains("piecewise_assembly_seconds_count");
        // A colon is for recording rules, and vLLM's names are what they are.
        assertThat(run(shown, promtool, "check", "metrics").lines())
                .filteredOn(line -> !line.startsWith("vllm:"))
                .isEmpty();
    }

    @Test
    void theConfigurationIsOneThatPrometheusReadsAndItsAlertsDoWhatTheirTestsSay() throws Exception {
        String promtool = Prometheus.program("promtool");
        Path nothing = Files.createFile(directory.resolve("nothing"));
        String config = Prometheus.CONFIG.resolve("prometheus.yml").toString();
        String tests = Prometheus.CONFIG.resolve("alerts_test.yml").toString();
        assertThat(run(nothing, promtool, "check", "config", config))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
        assertThat(run(nothing, promtool, "test", "rules", tests))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
    }

    /** Two new users' plans, merged, for whom there is one slot; answers, twice of the same beginning; a request that is refused. */
    private static void work(int round) throws Exception {
        List<String> users = List.of("a" + round, "b" + round);
        for (String user : users) {
            client.post("/v1/users/" + user + "/history", "{\"items\":[{\"text\":\"some words of " + user + "\"}]}");
            assertThat(client.post("/v1/users/" + user + "/plan", "{}").status())
                    .isEqualTo(200);
        }
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<ServerClient.Answer>> asked = users.stream()
                    .<Callable<ServerClient.Answer>>map(user -> () -> client.complete(user, ""))
                    .toList();
            for (Future<ServerClient.Answer> answer : both.invokeAll(asked)) {
                assertThat(answer.get().servedBy().path("mode").asText()).isEqualTo("assembled");
            }
        }
        assertThat(client.complete("nobody", "").status()).isEqualTo(200);
        assertThat(client.get("/v1/users/nobody").status()).isEqualTo(404);
    }

    /** Every expression of the dashboard as Grafana asks it, and every metric of the alerts. */
    private static List<String> questions() throws IOException {
        List<String> questions = new ArrayList<>();
        for (JsonNode panel : JSON.readTree(DASHBOARD.toFile()).path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                questions.add(target.path("expr")
                        .asText()
                        .replace("$__rate_interval", "30s")
                        .replace("$instance", ".*"));
            }
        }
        METRIC.matcher(Files.readString(Prometheus.CONFIG.resolve("alerts.yml")))
                .results()
                .map(MatchResult::group)
                .distinct()
                .forEach(questions::add);
        return questions;
    }

    private static String run(Path input, String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output);
    }
}
