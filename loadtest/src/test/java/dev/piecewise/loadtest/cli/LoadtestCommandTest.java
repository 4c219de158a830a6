package dev.piecewise.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.loadtest.fixture.Chunks;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command against a server that answers at once. */
@Timeout(60)
final class LoadtestCommandTest {
    private static final String COMPLETIONS = LoadtestRun.COMPLETIONS;

    @TempDir
    private Path directory;

    @AutoClose
    private final LoadtestRun load = new LoadtestRun();

    @Test
    void measuresAServerAndWritesTheReportInEveryForm() throws IOException {
        Path json = directory.resolve("report.json");
        Path html = directory.resolve("report.html");
        int status = load.run(
                "--dialect",
                "openai",
                "--users",
                "0,3",
                "--concurrency",
                "2",
                "--goodput",
                "ttft:60000",
                "tpot:60000",
                "--api-key",
                "secret",
                "--note",
                "by a test",
                "--out",
                json.toString(),
                "--html",
                html.toString());
        assertThat(load.err()).contains("wrote");
        assertThat(status).isZero();
        assertThat(load.out())
                .contains(
                        "base: the base model, 2 at a time",
                        "3 users, distinct: 3 different users",
                        "TTFT",
                        "goodput",
                        "of the base's",
                        "note: by a test");

        JsonNode report = new ObjectMapper().readTree(Files.readString(json));
        assertThat(names(report))
                .containsExactly(
                        "format", "created", "command", "machine", "server", "bounds", "seed", "notes", "runs");
        assertThat(names(report.path("server"))).containsExactly("url", "version", "dialect", "model");
        assertThat(names(report.path("machine")))
                .containsExactly("processor", "cores", "memory_bytes", "system", "java", "load");
        JsonNode run = report.path("runs").path(1);
        assertThat(names(run))
                .containsExactly("name", "api", "load", "users", "popularity", "prompts", "answers", "summary");
        assertThat(names(run.path("summary")))
                .containsExactly(
                        "seconds",
                        "requests",
                        "succeeded",
                        "failed",
                        "good_requests",
                        "distinct_users",
                        "prompt_tokens",
                        "answer_tokens",
                        "counted_by_chunks",
                        "empty",
                        "requests_per_second",
                        "goodput",
                        "answer_tokens_per_second",
                        "all_tokens_per_second",
                        "ttft",
                        "itl",
                        "tpot",
                        "e2e",
                        "send_delay",
                        "failures",
                        "modes",
                        "series");
        assertThat(names(run.path("summary").path("ttft")))
                .containsExactly("count", "mean", "p50", "p90", "p95", "p99", "max", "curve");
        assertThat(report.path("format").asInt()).isEqualTo(1);
        assertThat(report.path("command").asText())
                .contains("--users 0,3", "--api-key KEY")
                .doesNotContain("secret");
        assertThat(run.path("summary").path("requests").asInt()).isEqualTo(12);
        assertThat(run.path("summary").path("answer_tokens").asInt()).isEqualTo(48);
        // A word is a token here, and two more are around them: prompts of 20 tokens come out exactly.
        assertThat(run.path("summary").path("prompt_tokens").asInt()).isEqualTo(240);
        assertThat(run.path("summary").path("good_requests").asInt()).isEqualTo(12);

        String page = Files.readString(html);
        assertThat(page)
                .contains("<svg", "prefers-color-scheme: dark", "3 users, distinct")
                .doesNotContain("http://www", "src=", "@import", "url(");
        assertThat(load.server().asked("/v1/models").getFirst().headers())
                .containsEntry("authorization", "Bearer secret");
    }

    @Test
    void theSameSeedAsksTheSame() {
        assertThat(load.run("--users", "3", "--dialect", "openai")).isZero();
        List<String> first = load.bodies();
        assertThat(load.run("--users", "3", "--dialect", "openai")).isZero();
        List<String> both = load.bodies();
        assertThat(both.subList(first.size(), both.size())).isEqualTo(first);
    }

    @Test
    void aSuiteKeepsItsReportAmongTheResultsAndWritesTheirTable() throws IOException {
        Path results = directory.resolve("results");
        assertThat(load.run(
                        "--dialect",
                        "openai",
                        "--suite",
                        "popularity",
                        "--users",
                        "5",
                        "--results",
                        results.toString()))
                .as(load.err())
                .isZero();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(results)) {
            all.sorted().forEach(files::add);
        }
        assertThat(files).hasSize(2);
        assertThat(files.getFirst().getFileName().toString()).matches("\\d{4}-\\d\\d-\\d\\d-\\d+-.*-popularity\\.json");
        assertThat(Files.readString(files.getLast()))
                .containsSubsequence(
                        "| base |",
                        "| 5 users, identical |",
                        "| 5 users, uniform |",
                        "| 5 users, zipf |",
                        "| 5 users, distinct |",
                        "| base again |");
        Path page = directory.resolve("page.html");
        assertThat(load.execute("page", files.getFirst().toString(), page.toString()))
                .isZero();
        assertThat(page).content().contains("5 users, zipf");
    }

    @Test
    void asksForNoMoreTokensThanTheModelTakes() {
        load.server().json("/v1/models", 200, "{\"data\":[{\"id\":\"tiny\",\"max_model_len\":40}]}");
        assertThat(load.run("--dialect", "openai", "--answer-tokens", "100")).isZero();
        assertThat(load.asked("max_tokens")).endsWith("20").doesNotContain("100");
        assertThat(load.out()).contains("note: lengths were cut to what the model takes: 40 tokens");
    }

    @Test
    void countsRefusalsAndGoesOn() {
        AtomicInteger asked = new AtomicInteger();
        load.server().on(COMPLETIONS, (request, reply) -> {
            if (asked.incrementAndGet() % 4 == 0) {
                reply.whole(429, "application/json", "{\"error\":{\"message\":\"full\"}}");
            } else {
                Chunks.answering().answer(request, reply);
            }
        });
        assertThat(load.run("--dialect", "openai")).isZero();
        assertThat(load.out()).contains("failed, http 429: 3, first: full", "12 requests", "3 failed");
    }

    @Test
    void saysInALineWhyARunCannotBegin() throws IOException {
        assertThat(load.run("--model", "other")).isEqualTo(1);
        assertThat(load.err()).contains("serves no model 'other', but tiny").hasLineCount(1);
        assertThat(load.run("--users", "3")).isEqualTo(1);
        assertThat(load.err()).contains("does not list its users");
        assertThat(load.run("--dialect", "vllm", "--users", "3")).isEqualTo(1);
        assertThat(load.err()).contains("--adapter");
        load.server().json(COMPLETIONS, 404, "{\"error\":{\"message\":\"nothing here\"}}");
        assertThat(load.run()).isEqualTo(1);
        assertThat(load.err()).contains("does not answer a plain request: http 404: nothing here");
        load.server().json("/v1/models", 401, "{}");
        assertThat(load.run()).isEqualTo(1);
        assertThat(load.err()).contains("--api-key");
        assertThat(load.execute("--url", "http://127.0.0.1:" + freePort())).isEqualTo(1);
        assertThat(load.err()).contains("is the server running?").hasLineCount(1);
    }

    @Test
    void wrongUsageEndsWithTwo() {
        for (List<String> wrong : List.of(
                List.of("--rate", "1", "--concurrency", "1"),
                List.of("--rate", "-1"),
                List.of("--users", "-1"),
                List.of("--prompt-tokens", "long"),
                List.of("--goodput", "ttft"),
                List.of("--suite", "slots"),
                List.of("--extra", "[]"),
                List.of("--url", "ftp://h"),
                List.of("--duration", "0"))) {
            assertThat(load.run(wrong.toArray(String[]::new))).as("%s", wrong).isEqualTo(2);
        }
        assertThat(load.execute("--help")).isZero();
        assertThat(load.out()).contains("--suite", "TTFT: to the first chunk");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
