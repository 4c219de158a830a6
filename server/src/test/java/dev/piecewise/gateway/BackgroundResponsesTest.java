package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Responses that are made while their clients do something else. */
@Timeout(60)
final class BackgroundResponsesTest {
    /** Requests at a time: more than a test makes one after the other, as one may end a moment after its client has its answer. */
    private static final int MOST = 4;

    @AutoClose
    private final TestGateway server =
            TestGateway.serving(TestGateway.limits(MOST, Duration.ofSeconds(60), Duration.ofSeconds(20)));

    @Test
    void areQueuedThenInProgressThenComplete() throws Exception {
        JsonNode taken = begin("\"metadata\":{\"a\":\"b\"}");
        String id = taken.path("id").asText();
        ScriptedEngine.Scripted generation = server.engine.next();

        assertThat(taken.path("status").asText()).isEqualTo("queued");
        assertThat(taken.path("background").asBoolean()).isTrue();
        assertThat(taken.at("/metadata/a").asText()).isEqualTo("b");
        assertThat(get(id)).isEqualTo(taken);
        assertThat(TestGateway.json(server.get("/v1/responses/%s/input_items".formatted(id)))
                        .at("/data/0/content/0/text")
                        .asText())
                .isEqualTo("Hi");
        generation.say("He");
        JsonNode begun = await(id, "in_progress");
        assertThat(begun.path("output")).isEmpty();
        generation.say("llo").finish(FinishReason.STOP);
        JsonNode whole = await(id, "completed");
        assertThat(whole.at("/output/0/content/0/text").asText()).isEqualTo("Hello");
        assertThat(whole.at("/usage/output_tokens").asInt()).isEqualTo(5);
        assertThat(whole.path("background").asBoolean()).isTrue();
        server.engine.say("x");
        assertThat(server.send(
                                "POST",
                                "/v1/responses",
                                "{\"input\":\"b\",\"previous_response_id\":\"%s\"}".formatted(id))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void areCancelledByTheirId() throws Exception {
        String id = begin("\"user\":\"zoe\"").path("id").asText();
        ScriptedEngine.Scripted generation = server.engine.next();
        generation.say("He");
        await(id, "in_progress");

        JsonNode cancelled = TestGateway.json(server.send("POST", "/v1/responses/" + id + "/cancel", ""));

        assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
        assertThat(generation.awaitClosed()).isTrue();
        assertThat(get(id)).isEqualTo(cancelled);
        assertThat(TestGateway.json(server.send("POST", "/v1/responses/" + id + "/cancel", "")))
                .isEqualTo(cancelled);
    }

    @Test
    void areEndedWhenTheyAreDeleted() throws Exception {
        String id = begin("\"stream\":false").path("id").asText();
        ScriptedEngine.Scripted generation = server.engine.next();

        HttpResponse<String> deleted = server.send("DELETE", "/v1/responses/" + id, "");

        assertThat(deleted.statusCode()).isEqualTo(200);
        assertThat(generation.awaitClosed()).isTrue();
        assertThat(server.get("/v1/responses/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void goOnWhenTheirClientLeavesAndAreReadOnFromAnyEvent() throws Exception {
        String id;
        ScriptedEngine.Scripted generation;
        String before;
        try (RawClient client = new RawClient(server.port)) {
            client.post("/v1/responses", "{\"input\":\"Hi\",\"background\":true,\"stream\":true}");
            generation = server.engine.next();
            generation.say("He");
            before = client.readUntil("\"delta\":\"e\"");
            id = before.replaceAll("(?s).*\"(resp_[0-9a-f]{32})\".*", "$1");
        }
        assertThat(before).containsSubsequence("event: response.created", "event: response.queued", "in_progress");
        try (RawClient client = new RawClient(server.port)) {
            client.write("GET /v1/responses/%s?stream=true&starting_after=5 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .formatted(id));
            String second = client.readUntil("\"delta\":\"e\"");
            assertThat(second).doesNotContain("\"sequence_number\":5}").contains("\"delta\":\"e\"");
            generation.say("y").finish(FinishReason.STOP);
            assertThat(client.readUntil("\r\n0\r\n\r\n"))
                    .containsSubsequence("\"delta\":\"y\"", "event: response.completed");
        }

        await(id, "completed");
        String whole = server.get("/v1/responses/" + id + "?stream=true").body();
        assertThat(whole.lines().filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)))
                .extracting(
                        line -> TestGateway.json(line).path("sequence_number").asInt())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(server.get("/v1/responses/%s?stream=true&starting_after=10".formatted(id))
                        .body())
                .startsWith("event: response.completed\n");
    }

    @Test
    void areGoneWithTheirUserWhileTheyAreMade() throws Exception {
        server.send("PUT", "/v1/users/zoe", "");
        String whole = begin("\"user\":\"zoe\"").path("id").asText();
        ScriptedEngine.Scripted first = server.engine.next();
        first.say("secret");
        await(whole, "in_progress");
        try (RawClient reader = new RawClient(server.port)) {
            reader.post("/v1/responses", "{\"input\":\"Hi\",\"user\":\"zoe\",\"background\":true,\"stream\":true}");
            ScriptedEngine.Scripted second = server.engine.next();
            second.say("hid");
            String begun = reader.readUntil("\"delta\":\"d\"");
            String streamed = begun.replaceAll("(?s).*\"(resp_[0-9a-f]{32})\".*", "$1");

            JsonNode erased = TestGateway.json(server.send("DELETE", "/v1/users/zoe", ""));

            assertThat(erased.at("/erased/stored_responses").asInt()).isEqualTo(2);
            for (String path : List.of(whole, whole + "/input_items", streamed, streamed + "?stream=true")) {
                assertThat(server.get("/v1/responses/" + path).statusCode())
                        .as(path)
                        .isEqualTo(404);
            }
            assertThat(first.awaitClosed()).isTrue();
            assertThat(second.awaitClosed()).isTrue();
            assertThat(reader.readUntil("\r\n0\r\n\r\n")).doesNotContain("output_text.done", "hid");
        }
    }

    @Test
    void areReadNoFurtherWhenTheirUserIsErasedAfterwards() throws Exception {
        server.send("PUT", "/v1/users/zoe", "");
        server.engine.say("Hello");
        String id = begin("\"user\":\"zoe\",\"stream\":false").path("id").asText();
        await(id, "completed");

        server.send("DELETE", "/v1/users/zoe", "");

        assertThat(server.get("/v1/responses/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void countAsRequestsThatRun() throws Exception {
        String first = begin("\"store\":true").path("id").asText();
        for (int i = 1; i < MOST; i++) {
            begin("\"store\":true");
        }

        HttpResponse<String> more = server.send("POST", "/v1/responses", "{\"input\":\"a\",\"background\":true}");

        assertThat(more.statusCode()).isEqualTo(429);
        server.engine.next().finish(FinishReason.STOP);
        while (server.get("/v1/responses/" + first).statusCode() == 429) {
            Thread.onSpinWait();
        }
        await(first, "completed");
        for (int i = 1; i < MOST; i++) {
            server.engine.next().finish(FinishReason.STOP);
        }
    }

    @Test
    void areGivenAsFailedWhenTheEngineFails() throws Exception {
        String id = begin("\"stream\":false").path("id").asText();
        server.engine
                .next()
                .event(new TokenEvent.Failed(new ServingException(ErrorCode.INTERNAL, "the device failed")));

        JsonNode failed = await(id, "failed");

        assertThat(failed.at("/error/code").asText()).isEqualTo("server_error");
        assertThat(failed.at("/error/message").asText()).isEqualTo("the device failed");
    }

    @Test
    void areNotStreamedWhenNoStreamWasAskedFor() throws Exception {
        String id = begin("\"stream\":false").path("id").asText();

        HttpResponse<String> streamed = server.get("/v1/responses/" + id + "?stream=true");

        assertThat(streamed.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(streamed).at("/error/param").asText()).isEqualTo("stream");
        HttpResponse<String> early = server.get("/v1/responses/" + id + "?stream=true&starting_after=-1");
        assertThat(TestGateway.json(early).at("/error/param").asText()).isEqualTo("starting_after");
    }

    @Test
    void areNotForWebSockets() throws Exception {
        try (SocketClient client = new SocketClient(server, "")) {
            client.create("\"input\":\"Hi\",\"background\":true");

            assertThat(client.next().at("/error/param").asText()).isEqualTo("background");
        }
    }

    private JsonNode begin(String fields) throws Exception {
        return TestGateway.json(
                server.send("POST", "/v1/responses", "{\"input\":\"Hi\",\"background\":true,%s}".formatted(fields)));
    }

    private JsonNode get(String id) throws Exception {
        return TestGateway.json(server.get("/v1/responses/" + id));
    }

    private JsonNode await(String id, String status) throws Exception {
        JsonNode response = get(id);
        while (!response.path("status").asText().equals(status)) {
            Thread.onSpinWait();
            response = get(id);
        }
        return response;
    }
}
