package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.gateway.http.HttpLimits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class ResponsesSocketTest {
    @AutoClose
    private final TestGateway server = TestGateway.serving(HttpLimits.DEFAULT.withBytes(64 << 10, 4096));

    @Test
    void saysEverythingInTheOrderThatClientsExpect() throws Exception {
        server.engine.say("Hi");
        try (SocketClient client = new SocketClient(server, "")) {
            List<JsonNode> events =
                    client.create("\"model\":\"tiny\",\"input\":\"Hi\"").until("response.completed");

            assertThat(events)
                    .extracting(event -> event.path("type").asText())
                    .containsExactly(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.content_part.added",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.done",
                            "response.content_part.done",
                            "response.output_item.done",
                            "response.completed");
        }
    }

    @Test
    void continuesTheConnectionsLastResponseEvenIfItIsNotStored() throws Exception {
        server.engine.say("One");
        try (SocketClient client = new SocketClient(server, "")) {
            String id = id(client.create("\"input\":\"Hi\",\"store\":false"));
            server.engine.say("Two");
            id(client.create("\"input\":\"And?\",\"previous_response_id\":\"%s\"".formatted(id)));

            assertThat(server.tokenizer.decode(server.engine.next().request.prompt(), true))
                    .isEqualTo("[user]Hi[assistant]One[user]And?[assistant]");
        }
        try (SocketClient other = new SocketClient(server, "")) {
            JsonNode error = other.create("\"input\":\"And?\",\"previous_response_id\":\"resp_x\"")
                    .next();
            assertThat(error.path("type").asText()).isEqualTo("error");
            assertThat(error.at("/error/code").asText()).isEqualTo("previous_response_not_found");
        }
    }

    @Test
    void continuesNothingOfAUserWhoWasErased() throws Exception {
        server.send("PUT", "/v1/users/zoe", "");
        server.engine.say("One");
        try (SocketClient client = new SocketClient(server, "")) {
            String id = id(client.create("\"input\":\"Hi\",\"user\":\"zoe\",\"store\":false"));
            server.send("DELETE", "/v1/users/zoe", "");

            JsonNode error = client.create(
                            "\"input\":\"And?\",\"user\":\"zoe\",\"previous_response_id\":\"%s\"".formatted(id))
                    .next();

            assertThat(error.at("/error/code").asText()).isEqualTo("previous_response_not_found");
        }
    }

    @Test
    void takesTheContextAheadWithoutGenerating() throws Exception {
        server.engine.say("x");
        try (SocketClient client = new SocketClient(server, "")) {
            String id = id(client.create("\"input\":\"Hi\",\"generate\":false"));
            id(client.create("\"input\":\"Now\",\"previous_response_id\":\"%s\"".formatted(id)));

            assertThat(server.tokenizer.decode(server.engine.next().request.prompt(), true))
                    .isEqualTo("[user]Hi[user]Now[assistant]");
        }
    }

    @Test
    void makesTheUsersAdapterReadyWhenTheConnectionOpens() throws Exception {
        try (SocketClient client = new SocketClient(server, "?user=u1")) {
            assertThat(server.personalizer.nextPrefetched()).isEqualTo("u1");
            assertThat(client.closed()).isFalse();
        }
    }

    @Test
    void answersWhatIsWrongAndGoesOn() throws Exception {
        server.engine.say("x");
        try (SocketClient client = new SocketClient(server, "")) {
            JsonNode error = client.say("{").next();
            assertThat(error.path("type").asText()).isEqualTo("error");
            assertThat(error.path("status").asInt()).isEqualTo(400);
            assertThat(client.say("[]").next().at("/error/message").asText()).contains("must be a JSON object");
            assertThat(client.say("{}").next().at("/error/param").asText()).isEqualTo("type");
            assertThat(client.say("{\"type\":\"session.update\"}")
                            .next()
                            .at("/error/param")
                            .asText())
                    .isEqualTo("type");
            assertThat(client.create("\"input\":7").next().at("/error/param").asText())
                    .isEqualTo("input");
            assertThat(client.create("\"input\":\"a\",\"user\":\"broken\"")
                            .next()
                            .path("status")
                            .asInt())
                    .isEqualTo(500);
            id(client.create("\"input\":\"Hi\""));
        }
    }

    @Test
    void answersMessagesOneAfterTheOther() throws Exception {
        server.engine.script(generation -> {});
        try (SocketClient client = new SocketClient(server, "")) {
            client.create("\"input\":\"a\"").create("\"input\":\"b\"");
            ScriptedEngine.Scripted first = server.engine.next();
            first.say("1").finish(FinishReason.STOP);
            client.until("response.completed");
            server.engine.next().say("2").finish(FinishReason.STOP);
            client.until("response.completed");
        }
    }

    @Test
    void cancelsTheTurnThatRuns() throws Exception {
        server.engine.script(generation -> {});
        try (SocketClient client = new SocketClient(server, "")) {
            client.create("\"input\":\"a\"");
            ScriptedEngine.Scripted running = server.engine.next();
            running.say("Hal");
            client.until("response.content_part.added");
            JsonNode last = client.say("{\"type\":\"response.cancel\"}")
                    .until("response.incomplete")
                    .getLast();

            assertThat(last.at("/response/status").asText()).isEqualTo("cancelled");
            assertThat(running.awaitClosed()).isTrue();
            server.engine.say("x");
            client.create("\"input\":\"a\"");
            client.say("{\"type\":\"response.cancel\",\"response_id\":\"resp_another\"}");
            client.until("response.completed");
        }
    }

    @Test
    void cancelsTheGenerationWhenTheClientLeaves() throws Exception {
        server.engine.script(generation -> {});
        ScriptedEngine.Scripted running;
        try (SocketClient client = new SocketClient(server, "")) {
            client.create("\"input\":\"a\"");
            running = server.engine.next();
        }
        assertThat(running.awaitClosed()).isTrue();
    }

    @Test
    void takesAClientThatReadsNothingForGone() throws Exception {
        try (TestGateway impatient =
                        TestGateway.serving(TestGateway.limits(16, HttpLimits.DEFAULT.idle(), Duration.ofMillis(300)));
                RawClient client = new RawClient(impatient.port)) {
            handshake(client);
            client.write(
                    frame(0x81, "{\"type\":\"response.create\",\"input\":\"a\"}".getBytes(StandardCharsets.UTF_8)));
            ScriptedEngine.Scripted running = impatient.engine.next();
            running.say("x".repeat(60_000));

            assertThat(running.awaitClosed(Duration.ofSeconds(50))).isTrue();
        }
    }

    @Test
    void answersPings() throws Exception {
        try (SocketClient client = new SocketClient(server, "")) {
            client.socket
                    .sendPing(ByteBuffer.wrap("still there?".getBytes(StandardCharsets.UTF_8)))
                    .join();

            assertThat(client.pong()).isEqualTo("still there?");
        }
    }

    @Test
    void putsFragmentsTogether() throws Exception {
        server.engine.say("x");
        try (SocketClient client = new SocketClient(server, "")) {
            client.socket.sendText("{\"type\":\"response", false).join();
            client.socket.sendText(".create\",\"in", false).join();
            client.socket.sendText("put\":\"é\"}", true).join();

            client.until("response.completed");
        }
    }

    @Test
    void refusesBinaryMessages() throws Exception {
        try (SocketClient client = new SocketClient(server, "")) {
            client.socket.sendBinary(ByteBuffer.allocate(3), true).join();

            assertThat(client.closeCode()).isEqualTo(1003);
        }
    }

    @Test
    void refusesMessagesThatAreTooLargeInOneFrameOrInSeveral() throws Exception {
        try (SocketClient client = new SocketClient(server, "")) {
            var _ = client.socket.sendText("x".repeat(70_000), true);

            assertThat(client.closeCode()).isIn(1009, 1002, 1006);
        }
        try (SocketClient client = new SocketClient(server, "")) {
            for (int i = 0; i < 3; i++) {
                client.socket.sendText("x".repeat(30_000), false).join();
            }
            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void refusesTextThatIsNotUtf8() throws Exception {
        try (RawClient client = new RawClient(server.port)) {
            handshake(client);
            client.write(frame(0x81, new byte[] {'{', (byte) 0xC3, (byte) 0x28, '}'}));

            assertThat(client.readUntil("a message is not UTF-8")).isNotEmpty();
        }
    }

    @Test
    void refusesMoreMessagesThanMayWait() throws Exception {
        server.engine.script(generation -> {});
        try (SocketClient client = new SocketClient(server, "")) {
            client.create("\"input\":\"a\"");
            ScriptedEngine.Scripted running = server.engine.next();
            for (int i = 0; i < 20; i++) {
                client.create("\"input\":\"a\"");
            }
            assertThat(client.closeCode()).isEqualTo(1008);
            assertThat(running.awaitClosed()).isTrue();
        }
    }

    @Test
    void closesConnectionsWhenTheServerGoesAway() throws Exception {
        try (SocketClient client = new SocketClient(server, "")) {
            server.gateway.drain(Duration.ofSeconds(5));

            assertThat(client.closeCode()).isEqualTo(1001);
        }
    }

    private static String id(SocketClient client) throws Exception {
        return client.until("response.completed").getLast().at("/response/id").asText();
    }

    private static void handshake(RawClient client) throws Exception {
        List<String> lines = List.of(
                "GET /v1/responses HTTP/1.1",
                "Host: localhost",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        client.write(String.join("\r\n", lines) + "\r\n\r\n");
        client.readUntil("\r\n\r\n");
    }

    /** A masked frame, with a mask of zeros. */
    private static byte[] frame(int head, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(6 + payload.length);
        frame.put((byte) head).put((byte) (0x80 | payload.length)).putInt(0).put(payload);
        return frame.array();
    }
}
