package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server in a process of its own: what was erased is in none of its files and in nothing that it said. */
@Timeout(120)
class ErasureTest {
    private static final String MARKER = "quixotic-zebra-4711";
    private static final String NAME = "mark-9177-user";

    @TempDir
    Path directory;

    @Test
    void erasingLeavesNoByteInTheDatabaseOrTheLog() throws Exception {
        Path model = TinyFiles.model(directory);
        Path pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
        Path data = Files.createDirectory(directory.resolve("data"));
        try (ServerProcess server = ServerProcess.start(List.of(
                "server.port=0",
                "model.path=" + model,
                "adapters.pool=" + pool,
                "engine.kv-places=4096",
                "store.url=jdbc:sqlite:" + data.resolve("store.db")))) {
            ServerClient client = server.ready();
            use(client);
            assertThat(holds(data, MARKER)).as("what is to be erased was there").isTrue();

            JsonNode erased =
                    client.send("DELETE", "/v1/users/" + NAME, "").json().path("erased");
            assertThat(erased.path("history_items").asInt()).isEqualTo(40);
            assertThat(erased.path("plan").asBoolean()).isTrue();
            assertThat(erased.path("cached_plan").asBoolean()).isTrue();
            assertThat(erased.path("kv_places").asInt()).isPositive();
            assertNothingIsLeft(data);
            assertThat(client.complete(NAME, "")
                            .json()
                            .at("/usage/prompt_tokens_details/cached_tokens")
                            .asInt())
                    .isZero();

            server.terminate();
            server.exitStatus(60);
            assertNothingIsLeft(data);
            assertThat(server.said()).doesNotContain(MARKER, NAME);
        }
    }

    /** Everything that can keep something: the history, a plan of it, its items before a prompt, stored responses, prefixes, and errors. */
    private static void use(ServerClient client) throws Exception {
        for (int i = 0; i < 40; i++) {
            String item = "{\"items\":[{\"id\":\"%s-%d\",\"prompt\":\"%s?\",\"completion\":\"%s %s\"}]}"
                    .formatted(MARKER, i, MARKER, MARKER, "and so on ".repeat(i));
            client.post("/v1/users/" + NAME + "/history", item);
        }
        assertThat(client.post("/v1/users/" + NAME + "/plan", "{}").status()).isEqualTo(200);
        client.complete(NAME, ",\"piecewise\":{\"mode\":\"assembled\"}");
        client.complete(NAME, ",\"piecewise\":{\"mode\":\"rag\"}");
        client.complete(NAME, ",\"stop\":[\"" + MARKER + "\"],\"temperature\":\"" + MARKER + "\"");
        client.post("/v1/users/" + NAME + "/history", "{\"items\":[\"" + MARKER + "\",7]}");
        client.post("/v1/responses", "{\"user\":\"%s\",\"input\":\"%s\"}".formatted(NAME, MARKER));
    }

    private static void assertNothingIsLeft(Path data) throws IOException {
        assertThat(holds(data, MARKER)).isFalse();
        assertThat(holds(data, NAME)).isFalse();
    }

    private static boolean holds(Path data, String text) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile)
                    .anyMatch(file ->
                            holds(file, text, StandardCharsets.UTF_8) || holds(file, text, StandardCharsets.UTF_16LE));
        }
    }

    private static boolean holds(Path file, String text, Charset charset) {
        try {
            String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return bytes.contains(new String(text.getBytes(charset), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
