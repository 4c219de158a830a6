package dev.piecewise.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.loadtest.fixture.Chunks;
import dev.piecewise.loadtest.fixture.ScriptedServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command against a server that answers at once. */
@Timeout(60)
final class LoadtestCommandTest {
    private static final String COMPLETIONS = "/v1/completions";
    private static final List<String> SHORT = List.of(
            "--warmup", "0", "--requests", "12", "--prompt-tokens", "20", "--answer-tokens", "4", "--seed", "3");

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer()
                .json("/v1/models", 200, "{\"data\":[{\"id\":\"tiny\"}]}")
                .json("/version", 200, "{\"version\":\"1.2\"}")
                .on(COMPLETIONS, Chunks.answering());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void measuresAServerAndWritesTheReportInEveryForm() throws IOException {
        Path json = directory.resolve("report.json");
        Path html = directory.resolve("report.html");
        int status = run(
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
        assertThat(err.toString()).contains("wrote");
        assertThat(status).isZero();
        assertThat(out.toString())
                .contains(
                        "base: the base model, 2 at a time",
                        "3 users, distinct (3 seen)",
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
        assertThat(server.asked("/v1/models").getFirst().headers()).containsEntry("authorization", "Bearer secret");
    }

    @Test
    void theSameSeedAsksTheSame() {
        assertThat(run("--users", "3", "--dialect", "openai")).isZero();
        List<String> first = bodies();
        assertThat(run("--users", "3", "--dialect", "openai")).isZero();
        List<String> both = bodies();
        assertThat(both.subList(first.size(), both.size())).isEqualTo(first);
    }

    @Test
    void aSuiteKeepsItsReportAmongTheResultsAndWritesTheirTable() throws IOException {
        Path results = directory.resolve("results");
        assertThat(run("--dialect", "openai", "--suite", "popularity", "--users", "5", "--results", results.toString()))
                .as(err.toString())
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
                        "| 5 users, distinct |");
        Path page = directory.resolve("page.html");
        assertThat(execute("page", files.getFirst().toString(), page.toString()))
                .isZero();
        assertThat(page).content().contains("5 users, zipf");
    }

    @Test
    void asksForNoMoreTokensThanTheModelTakes() {
        server.json("/v1/models", 200, "{\"data\":[{\"id\":\"tiny\",\"max_model_len\":40}]}");
        assertThat(run("--dialect", "openai", "--answer-tokens", "100")).isZero();
        assertThat(asked("max_tokens")).endsWith("20").doesNotContain("100");
        assertThat(out.toString()).contains("note: lengths were cut to what the model takes: 40 tokens");
    }

    @Test
    void countsRefusalsAndGoesOn() {
        AtomicInteger asked = new AtomicInteger();
        server.on(COMPLETIONS, (request, reply) -> {
            if (asked.incrementAndGet() % 4 == 0) {
                reply.whole(429, "application/json", "{\"error\":{\"message\":\"full\"}}");
            } else {
                Chunks.answering().answer(request, reply);
            }
        });
        assertThat(run("--dialect", "openai")).isZero();
        assertThat(out.toString()).contains("failed, http 429: 3, first: full", "12 requests", "3 failed");
    }

    @Test
    void saysInALineWhyARunCannotBegin() throws IOException {
        assertThat(run("--model", "other")).isEqualTo(1);
        assertThat(err.toString()).contains("serves no model 'other', but tiny").hasLineCount(1);
        assertThat(run("--users", "3")).isEqualTo(1);
        assertThat(err.toString()).contains("does not list its users");
        assertThat(run("--dialect", "vllm", "--users", "3")).isEqualTo(1);
        assertThat(err.toString()).contains("--adapter");
        server.json(COMPLETIONS, 404, "{\"error\":{\"message\":\"nothing here\"}}");
        assertThat(run()).isEqualTo(1);
        assertThat(err.toString()).contains("does not answer a plain request: http 404: nothing here");
        server.json("/v1/models", 401, "{}");
        assertThat(run()).isEqualTo(1);
        assertThat(err.toString()).contains("--api-key");
        assertThat(execute("--url", "http://127.0.0.1:" + freePort())).isEqualTo(1);
        assertThat(err.toString()).contains("is the server running?").hasLineCount(1);
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
            assertThat(run(wrong.toArray(String[]::new))).as("%s", wrong).isEqualTo(2);
        }
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("--suite", "TTFT: to the first chunk");
    }

    @Test
    void vllmsAdaptersAndLlamaCppsAreThoseThatTheServerLists() {
        server.json(
                "/v1/models",
                200,
                "{\"data\":[{\"id\":\"tiny\"},{\"id\":\"a\",\"parent\":\"tiny\"},{\"id\":\"b\",\"parent\":\"tiny\"}]}");
        assertThat(run("--dialect", "vllm", "--users", "4", "--requests", "4"))
                .as(err.toString())
                .isZero();
        assertThat(asked("model")).endsWith("\"a\"", "\"b\"", "\"a\"", "\"b\"");

        server.json(
                "/lora-adapters", 200, "[{\"id\":0,\"scale\":1.0},{\"id\":1,\"scale\":1.0},{\"id\":2,\"scale\":1.0}]");
        assertThat(run("--dialect", "llamacpp", "--users", "3", "--requests", "3"))
                .isZero();
        assertThat(asked("lora"))
                .endsWith(
                        "[{\"id\":0,\"scale\":0.0}]",
                        "[{\"id\":0,\"scale\":1.0}]",
                        "[{\"id\":1,\"scale\":1.0}]",
                        "[{\"id\":2,\"scale\":1.0}]");
    }

    @Test
    void makesPiecewisesUsersWhoHaveNoPlanYetAndErasesThem() {
        server.json("/v1/users/loadtest-0", 200, "{\"id\":\"loadtest-0\",\"history_items\":3,\"plan_created\":5}")
                .json("/v1/users/loadtest-1", 404, "{}")
                .json("/v1/users/loadtest-1/history", 200, "{}")
                .json("/v1/users/loadtest-1/plan", 200, "{}");
        assertThat(run("--users", "2", "--create-users", "--delete-users"))
                .as(err.toString())
                .isZero();
        assertThat(server.asked("/v1/users/loadtest-0/plan")).isEmpty();
        assertThat(server.asked("/v1/users/loadtest-1/plan")).hasSize(1);
        assertThat(server.asked("/v1/users/loadtest-1/history")
                        .getFirst()
                        .json()
                        .path("items"))
                .hasSize(8);
        assertThat(server.asked("/v1/users/loadtest-0").getLast().method()).isEqualTo("DELETE");
        assertThat(asked("user")).contains("\"loadtest-0\"", "\"loadtest-1\"");
    }

    @Test
    void asksAsThePiecewiseUsersWhoAreThere() {
        server.json(
                "/v1/users",
                200,
                "{\"data\":[{\"id\":\"ann\",\"plan_created\":1},{\"id\":\"ben\",\"plan_created\":null},{\"id\":\"eve\",\"plan_created\":2}],\"has_more\":false}");
        assertThat(run("--users", "2")).as(err.toString()).isZero();
        assertThat(asked("user")).contains("\"ann\"", "\"eve\"").doesNotContain("\"ben\"");
        assertThat(run("--users", "3")).isEqualTo(1);
        assertThat(err.toString()).contains("2 users", "--create-users");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private List<String> asked(String field) {
        return server.asked(COMPLETIONS).stream()
                .map(request -> request.json().path(field).toString())
                .toList();
    }

    private List<String> bodies() {
        return server.asked(COMPLETIONS).stream()
                .map(ScriptedServer.Request::body)
                .toList();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--url", server.uri().toString()));
        all.addAll(SHORT.stream().toList());
        all.addAll(List.of(arguments));
        return execute(all.toArray(String[]::new));
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = LoadtestCommand.commandLine();
        command.setOverwrittenOptionsAllowed(true);
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
