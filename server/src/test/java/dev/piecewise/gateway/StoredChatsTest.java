package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chat completions that were asked for with {@code store}. */
@Timeout(60)
final class StoredChatsTest {
    private static final String PATH = "/v1/chat/completions";

    @AutoClose
    private final TestGateway server = TestGateway.serving();

    @Test
    void givesChangesAndForgetsOne() throws Exception {
        server.engine.say("Hello");
        ObjectNode made = (ObjectNode) TestGateway.json(ask(",\"store\":true,\"metadata\":{\"topic\":\"a\"}"));
        String one = PATH + "/" + made.path("id").asText();
        made.putObject("metadata").put("topic", "a");

        assertThat(json("GET", one, "")).isEqualTo(made);
        made.putObject("metadata").put("new", "b");
        assertThat(json("POST", one, "{\"metadata\":{\"new\":\"b\"}}")).isEqualTo(made);
        assertThat(json("GET", one, "")).isEqualTo(made);
        assertThat(json("DELETE", one, "").toString())
                .contains("\"object\":\"chat.completion.deleted\"", "\"deleted\":true");
        assertThat(server.get(one).statusCode()).isEqualTo(404);
        assertThat(server.send("DELETE", one, "").statusCode()).isEqualTo(404);
        assertThat(server.send("POST", one, "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void keepsAStreamAsTheWholeThatItWas() throws Exception {
        server.engine.say("Hello");
        String options = ",\"store\":true,\"n\":2,\"logprobs\":true,\"return_token_ids\":true";
        String chunk =
                ask(options + ",\"stream\":true").body().lines().findFirst().orElseThrow();
        String id =
                TestGateway.json(chunk.substring("data: ".length())).path("id").asText();

        JsonNode kept = json("GET", PATH + "/" + id, "");

        assertThat(kept.path("id").asText()).isEqualTo(id);
        assertThat(kept.path("choices"))
                .isEqualTo(TestGateway.json(ask(options)).path("choices"));
        assertThat(kept.at("/choices/1/message/content").asText()).isEqualTo("Hello");
        assertThat(kept.at("/choices/1/logprobs/content")).hasSize(5);
        assertThat(kept.at("/usage/completion_tokens").asInt()).isEqualTo(10);
    }

    @Test
    void keepsNothingThatIsNotToBeKept() throws Exception {
        server.engine.say("x");
        String id = TestGateway.json(ask("")).path("id").asText();

        assertThat(server.get(PATH + "/" + id).statusCode()).isEqualTo(404);
        assertThat(json("GET", PATH, "").toString())
                .isEqualTo("{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}");
    }

    @Test
    void listsThemPageByPage() throws Exception {
        server.engine.say("x");
        String a = stored(",\"metadata\":{\"k\":\"1\",\"even\":\"no\"}");
        String b = stored(",\"metadata\":{\"k\":\"2\"}");
        String c = stored(",\"metadata\":{\"k\":\"1\"}");

        assertThat(ids("")).containsExactly(a, b, c);
        assertThat(ids("?order=desc&limit=2")).containsExactly(c, b);
        assertThat(ids("?after=" + b)).containsExactly(c);
        assertThat(ids("?order=desc&after=" + b)).containsExactly(a);
        assertThat(ids("?metadata[k]=1")).containsExactly(a, c);
        assertThat(ids("?metadata%5Bk%5D=1&metadata%5Beven%5D=no")).containsExactly(a);
        assertThat(ids("?model=tiny")).hasSize(3);
        assertThat(ids("?model=other")).isEmpty();
        JsonNode page = json("GET", PATH + "?limit=2", "");
        assertThat(page.path("first_id").asText()).isEqualTo(a);
        assertThat(page.path("last_id").asText()).isEqualTo(b);
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(json("GET", PATH + "?limit=3", "").path("has_more").asBoolean())
                .isFalse();
    }

    @Test
    void listsTheMessagesThatItAnswers() throws Exception {
        server.engine.say("x");
        String id = stored("");

        JsonNode messages = json("GET", PATH + "/" + id + "/messages", "");

        assertThat(messages.path("data").toString())
                .isEqualTo(
                        "[{\"id\":\"%s-0\",\"role\":\"system\",\"content\":\"Be.\",\"content_parts\":null,\"name\":null},"
                                        .formatted(id)
                                + "{\"id\":\"%s-1\",\"role\":\"user\",\"content\":null,\"name\":\"ann\",\"content_parts\":[{\"type\":\"text\",\"text\":\"Hi\"}]}]"
                                        .formatted(id));
        assertThat(json("GET", PATH + "/" + id + "/messages?after=" + id + "-0", "")
                        .path("data"))
                .hasSize(1);
        assertThat(json("GET", PATH + "/" + id + "/messages?order=desc&limit=1", "")
                        .at("/data/0/id")
                        .asText())
                .isEqualTo(id + "-1");
    }

    @Test
    void goesWithItsUserAndIsInTheExport() throws Exception {
        server.engine.say("x");
        server.send("PUT", "/v1/users/zoe", "");
        String id = stored(",\"user\":\"zoe\"");

        assertThat(server.get("/v1/users/zoe/export").body())
                .contains("{\"object\":\"chat.completion\",\"response\":{\"id\":\"" + id);
        assertThat(json("DELETE", "/v1/users/zoe", "")
                        .at("/erased/stored_responses")
                        .asInt())
                .isEqualTo(1);
        assertThat(server.get(PATH + "/" + id).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET  | ?limit=0           |                           | limit
            GET  | ?limit=x           |                           | limit
            GET  | ?order=up          |                           | order
            GET  | ?after=none        |                           | after
            POST |                    | "store":"yes"             | store
            POST |                    | "metadata":{"a":1}        | metadata.a
            POST |                    | "metadata":["a"]          | metadata
            POST |                    | "include_reasoning":1     | include_reasoning
            """)
    void namesWhatIsWrong(String method, String query, String field, String param) throws Exception {
        String body = field == null ? "" : body("," + field);

        HttpResponse<String> refused = server.send(method, PATH + (query == null ? "" : query), body);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(TestGateway.json(refused).at("/error/param").asText()).isEqualTo(param);
    }

    private static String body(String fields) {
        return ("{\"messages\":[{\"role\":\"system\",\"content\":\"Be.\"},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"name\":\"ann\"}]%s}")
                .formatted(fields);
    }

    private HttpResponse<String> ask(String fields) throws Exception {
        HttpResponse<String> response = server.send("POST", PATH, body(fields));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response;
    }

    private String stored(String fields) throws Exception {
        return TestGateway.json(ask(",\"store\":true" + fields)).path("id").asText();
    }

    private List<String> ids(String query) throws Exception {
        return StreamSupport.stream(
                        json("GET", PATH + query.replace("[", "%5B").replace("]", "%5D"), "")
                                .path("data")
                                .spliterator(),
                        false)
                .map(chat -> chat.path("id").asText())
                .toList();
    }

    private JsonNode json(String method, String path, String body) throws Exception {
        HttpResponse<String> response = server.send(method, path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return TestGateway.json(response);
    }
}
