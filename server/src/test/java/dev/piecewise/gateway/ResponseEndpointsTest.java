package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be asked about a response, and how one is ended by its id. */
@Timeout(60)
final class ResponseEndpointsTest {
    @AutoClose
    private final TestGateway server = TestGateway.serving();

    @Test
    void listsWhatTheRequestSaid() throws Exception {
        server.engine.say("x");
        String id = made("\"input\":\"Hi\"");
        String number = id.substring("resp_".length());

        assertThat(items(id, "").toString())
                .isEqualTo(("[{\"id\":\"item_%s_0\",\"type\":\"message\",\"role\":\"user\","
                                + "\"content\":[{\"type\":\"input_text\",\"text\":\"Hi\"}],\"status\":\"completed\"}]")
                        .formatted(number));
    }

    @Test
    void listsItemsTheNewestFirstPageByPage() throws Exception {
        server.engine.say("x");
        String id = made("\"input\":[{\"role\":\"user\",\"content\":\"Hi\"},"
                + "{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c\",\"name\":\"now\",\"arguments\":\"{}\"},"
                + "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"12\"}]");

        assertThat(items(id, ""))
                .extracting(item -> item.path("type").asText())
                .containsExactly("function_call_output", "function_call", "message");
        assertThat(items(id, "?order=asc&after=fc_1"))
                .extracting(item -> item.path("output").asText())
                .containsExactly("12");
        assertThat(server.get("/v1/responses/resp_none/input_items").statusCode())
                .isEqualTo(404);
    }

    @Test
    void countsWhatTheModelWouldRead() throws Exception {
        HttpResponse<String> counted =
                server.send("POST", "/v1/responses/input_tokens", "{\"input\":\"Hi\",\"instructions\":\"Be.\"}");

        assertThat(counted.body())
                .isEqualTo("{\"object\":\"response.input_tokens\",\"input_tokens\":%d}"
                        .formatted(server.tokenizer.encode("[system]Be.[user]Hi[assistant]", false).length));
    }

    @Test
    void refusesToCompactAndToStreamWhatIsStored() throws Exception {
        server.engine.say("x");
        String id = made("\"input\":\"Hi\"");

        assertThat(server.send("POST", "/v1/responses/compact", "{\"model\":\"tiny\"}")
                        .statusCode())
                .isEqualTo(400);
        HttpResponse<String> streamed = server.get("/v1/responses/" + id + "?stream=true");
        assertThat(streamed.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(streamed).at("/error/param").asText()).isEqualTo("stream");
    }

    @Test
    void endsAStreamedResponseByItsId() throws Exception {
        try (RawClient client = new RawClient(server.port)) {
            client.post("/v1/responses", "{\"input\":\"Hi\",\"stream\":true}");
            ScriptedEngine.Scripted running = server.engine.next();
            running.say("He");
            String begun = client.readUntil("\"delta\":\"e\"");
            String id = begun.replaceAll("(?s).*\"(resp_[0-9a-f]{32})\".*", "$1");

            JsonNode cancelled = TestGateway.json(server.send("POST", "/v1/responses/" + id + "/cancel", ""));

            assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
            assertThat(cancelled.at("/output/0/content/0/text").asText()).isEqualTo("He");
            assertThat(running.awaitClosed()).isTrue();
            assertThat(client.readUntil("\r\n0\r\n\r\n")).contains("event: response.incomplete");
            JsonNode again = TestGateway.json(server.send("POST", "/v1/responses/" + id + "/cancel", ""));
            assertThat(again).isEqualTo(cancelled);
        }
    }

    @Test
    void endsAResponseOnAWebSocketByItsId() throws Exception {
        try (SocketClient client = new SocketClient(server, "")) {
            client.create("\"input\":\"Hi\"");
            ScriptedEngine.Scripted running = server.engine.next();
            String id = client.next().at("/response/id").asText();

            HttpResponse<String> cancelled = server.send("POST", "/v1/responses/" + id + "/cancel", "");

            assertThat(TestGateway.json(cancelled).path("status").asText()).isEqualTo("cancelled");
            assertThat(client.until("response.incomplete")
                            .getLast()
                            .at("/response/id")
                            .asText())
                    .isEqualTo(id);
            assertThat(running.awaitClosed()).isTrue();
            server.engine.say("x");
            client.create("\"input\":\"Hi\"");
            client.until("response.completed");
        }
    }

    @Test
    void cannotEndWhatDoesNotRun() throws Exception {
        server.engine.say("x");
        String id = made("\"input\":\"Hi\"");

        assertThat(server.send("POST", "/v1/responses/" + id + "/cancel", "").body())
                .isEqualTo(server.get("/v1/responses/" + id).body());
        assertThat(server.send("POST", "/v1/responses/resp_none/cancel", "").statusCode())
                .isEqualTo(404);
    }

    private String made(String fields) throws Exception {
        return TestGateway.json(server.send("POST", "/v1/responses", "{" + fields + "}"))
                .path("id")
                .asText();
    }

    private JsonNode items(String id, String query) throws Exception {
        return TestGateway.json(server.get("/v1/responses/" + id + "/input_items" + query))
                .path("data");
    }
}
