package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process: how it ends. */
@Timeout(120)
class ServeProcessTest {
    private static final int TOKENS = 4000;

    @TempDir
    static Path directory;

    private static Path model;

    @BeforeAll
    static void writeModel() {
        model = TinyFiles.model(directory);
    }

    @Test
    void finishesAStreamWhenItIsTerminatedAndLetsNobodyIn() throws Exception {
        try (ServerProcess server = ServerProcess.start(settings("drain.db"))) {
            ServerClient client = server.ready();
            try (Stream<String> stream = client.lines("/v1/completions", """
                    {"prompt":"a secret","max_tokens":%d,"ignore_eos":true,"stream":true,
                     "stream_options":{"include_usage":true}}""".formatted(TOKENS))) {
                Iterator<String> lines = stream.iterator();
                assertThat(lines.next()).startsWith("data: {");

                server.terminate();
                while (client.get("/health/ready").status() == 200) {
                    Thread.onSpinWait();
                }
                assertThat(client.get("/health/live").status()).isEqualTo(200);
                assertThat(client.complete("", "").status()).isEqualTo(503);

                List<String> rest = new ArrayList<>();
                lines.forEachRemaining(rest::add);
                assertThat(rest).contains("data: [DONE]");
                assertThat(rest).anyMatch(line -> line.contains("\"completion_tokens\":" + TOKENS));
            }
            assertThat(server.exitStatus(20)).isEqualTo(143);
            assertThat(server.said()).doesNotContain("a secret", "Exception");
        }
    }

    private static List<String> settings(String database) {
        return List.of(
                "server.port=0",
                "model.path=" + model,
                "engine.kv-places=" + TinyFiles.LENGTH,
                "store.url=jdbc:sqlite:" + directory.resolve(database));
    }
}
