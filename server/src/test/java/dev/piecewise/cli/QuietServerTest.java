package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everything that a server writes to standard error from its start to its end when all of it, libraries included, logs all it can: nothing of what users asked, got or wrote. */
@Timeout(180)
final class QuietServerTest {
    private static final String ASKED = "asked-q7zx";
    private static final String KEPT = "kept-m8vd";
    private static final String EVERYTHING = """
            <configuration>
              <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
              <appender name="stderr" class="ch.qos.logback.core.ConsoleAppender">
                <target>System.err</target>
                <encoder><pattern>%level %logger %msg %kvp %mdc %ex%n</pattern></encoder>
              </appender>
              <root level="TRACE"><appender-ref ref="stderr"/></root>
            </configuration>
            """;

    @TempDir
    Path directory;

    @Test
    void saysNothingOfWhatUsersAskedGotOrWrote() throws Exception {
        Path model = TinyFiles.model(directory);
        Path pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
        Path logging = Files.writeString(directory.resolve("everything.xml"), EVERYTHING);
        List<String> settings = List.of(
                "server.port=0",
                "model.path=" + model,
                "adapters.pool=" + pool,
                "engine.kv-places=4096",
                "store.url=jdbc:sqlite:" + directory.resolve("store.db"));
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Dlogback.configurationFile=" + logging);
        List<String> answers = new ArrayList<>();
        try (ServerProcess process = ServerProcess.start(settings, environment)) {
            ServerClient client = process.ready();
            String history = """
                    {"items":[{"text":"%s"},{"prompt":"%s","completion":"%s"}]}""".formatted(KEPT, KEPT, KEPT);
            assertThat(client.post("/v1/users/zoe/history", history).status()).isEqualTo(200);
            assertThat(client.post("/v1/users/zoe/plan", "{}").status()).isEqualTo(200);
            for (String mode : List.of("base", "assembled", "rag", "assembled+rag")) {
                ServerClient.Answer answer = client.post("/v1/completions", """
                        {"prompt":"%s","user":"zoe","max_tokens":24,"ignore_eos":true,"logprobs":1,"piecewise":{"mode":"%s"}}""".formatted(ASKED, mode));
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                answers.add(answer.json().at("/choices/0/text").asText().strip());
            }
            assertThat(client.post("/v1/completions", "{\"prompt\":\"%s\",\"max_tokens\":1000000}".formatted(ASKED))
                            .status())
                    .isEqualTo(400);
            assertThat(client.get("/v1/users/zoe/export").text()).contains(KEPT);
            assertThat(client.send("DELETE", "/v1/users/zoe", "").status()).isEqualTo(200);
            process.terminate();
            process.exitStatus(60);
            assertThat(process.said())
                    .contains("TRACE")
                    .doesNotContain(ASKED, KEPT)
                    .doesNotContain(answers);
        }
    }
}
