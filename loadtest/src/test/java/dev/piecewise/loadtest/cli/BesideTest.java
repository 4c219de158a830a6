package dev.piecewise.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.loadtest.fixture.Chunks;
import dev.piecewise.loadtest.fixture.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers that are asked the same in turns. */
@Timeout(60)
final class BesideTest {
    private static final String COMPLETIONS = LoadtestRun.COMPLETIONS;

    @TempDir
    private Path directory;

    @AutoClose
    private final LoadtestRun load = new LoadtestRun();

    @AutoClose
    private final ScriptedServer other = new ScriptedServer()
            .json("/v1/models", 200, "{\"data\":[{\"id\":\"another\"}]}")
            .json("/lora-adapters", 200, "[{\"id\":0,\"scale\":1.0},{\"id\":1,\"scale\":1.0}]")
            .on(COMPLETIONS, Chunks.answering());

    @Test
    void bothAreAskedTheSameEachInItsOwnDialect() {
        assertThat(beside("--users", "2", "--api-key", "secret")).as(load.err()).isZero();
        assertThat(of(other, "prompt")).hasSize(14).isEqualTo(load.asked("prompt"));
        assertThat(load.asked("user")).contains("\"loadtest-1\"");
        assertThat(of(other, "lora")).endsWith("[{\"id\":0,\"scale\":1.0}]", "[{\"id\":1,\"scale\":1.0}]");
        assertThat(of(other, "model")).containsOnly("\"another\"");
        assertThat(load.server().asked(COMPLETIONS).getFirst().headers()).containsKey("authorization");
        assertThat(other.asked(COMPLETIONS).getFirst().headers()).doesNotContainKey("authorization");
    }

    @Test
    void aRunOfTheOtherFollowsEachOfTheFirst() {
        List<String> turns = new CopyOnWriteArrayList<>();
        load.server().on(COMPLETIONS, noting("first", turns));
        other.on(COMPLETIONS, noting("other", turns));
        assertThat(beside("--users", "0,2")).as(load.err()).isZero();
        List<String> changes = new ArrayList<>();
        for (String turn : turns) {
            if (changes.isEmpty() || !changes.getLast().equals(turn)) {
                changes.add(turn);
            }
        }
        // Before the runs each server is asked how it counts tokens.
        assertThat(changes).containsExactly("first", "other", "first", "other", "first", "other");
    }

    @Test
    void theReportHoldsBothAndTheirRatios() throws IOException {
        Path json = directory.resolve("report.json");
        Path page = directory.resolve("report.html");
        assertThat(beside("--users", "0,2", "--out", json.toString(), "--html", page.toString()))
                .as(load.err())
                .isZero();
        assertThat(load.out())
                .contains("beside: llamacpp, another, at " + other.uri(), "ratio")
                .containsPattern("2 users, distinct +[\\d.]+ +[\\d.]+ +\\d+\\.\\d\\d ");
        JsonNode report = new ObjectMapper().readTree(Files.readString(json));
        assertThat(report.path("runs")).hasSize(2);
        assertThat(report.path("beside").path("runs")).hasSize(2);
        assertThat(report.path("beside").path("server").path("dialect").asText())
                .isEqualTo("llamacpp");
        assertThat(page).content().contains("In turns with llamacpp, another");
        Path again = directory.resolve("again.html");
        assertThat(load.execute("page", json.toString(), again.toString())).isZero();
        assertThat(again).content().contains("In turns with llamacpp, another");
    }

    @Test
    void theShorterModelSaysHowLongRequestsAre() {
        other.json("/v1/models", 200, "{\"data\":[{\"id\":\"another\",\"max_model_len\":40}]}");
        assertThat(beside("--answer-tokens", "100")).as(load.err()).isZero();
        assertThat(load.asked("max_tokens")).endsWith("20").doesNotContain("100");
    }

    @Test
    void saysWhichServerDoesNotAnswer() {
        other.json("/v1/models", 503, "{\"error\":{\"message\":\"loading\"}}");
        assertThat(beside()).isEqualTo(1);
        assertThat(load.err()).contains(other.uri() + " is not ready: http 503: loading");
        assertThat(load.run("--beside", "ftp://h")).isEqualTo(2);
    }

    private int beside(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--dialect", "openai", "--beside"));
        all.add(other.uri().toString());
        all.addAll(List.of(arguments));
        return load.run(all.toArray(String[]::new));
    }

    private static ScriptedServer.Script noting(String name, List<String> turns) {
        return (request, reply) -> {
            turns.add(name);
            Chunks.answering().answer(request, reply);
        };
    }

    private static List<String> of(ScriptedServer server, String field) {
        return server.asked(COMPLETIONS).stream()
                .map(request -> request.json().path(field).toString())
                .toList();
    }
}
