package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.gateway.http.HttpLimits;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model thinks is given apart from what it says, where the setting says so. */
@Timeout(60)
final class ReasoningTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.loading(HttpLimits.DEFAULT);

    private static final String TOOLS =
            ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"type\":\"object\"}}}]";
    private static final String BEGUN = ",\"chat_template_kwargs\":{\"think\":true}";

    @BeforeAll
    static void serve() {
        SERVER.reasoning = true;
        SERVER.serve();
    }

    @Test
    void isPartOfTheTextUnlessTheSettingSaysOtherwise() throws Exception {
        try (TestGateway usual = TestGateway.serving()) {
            usual.engine.say("<think>\nTwo and two.\n</think>\n\nFour.");

            JsonNode message = TestGateway.json(usual.send("POST", "/v1/chat/completions", body("")))
                    .at("/choices/0/message");

            assertThat(message.toString())
                    .isEqualTo("{\"role\":\"assistant\","
                            + "\"content\":\"<think>\\nTwo and two.\\n</think>\\n\\nFour.\",\"refusal\":null}");
        }
    }

    /** {@code ↵} is a line end, {@code ∅} is null. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            <think>↵Two and two.↵</think>↵↵Four. | ↵Two and two.↵ | ↵↵Four.
            ↵ <think>hm</think>Four.             | hm             | Four.
            <think></think>Four.                 | ∅              | Four.
            Four.                                | ∅              | Four.
            <thinking>Four.                      | ∅              | <thinking>Four.
            Four. <think>no</think>              | ∅              | Four. <think>no</think>
            <think>a < b </thin k></think>ok     | a < b </thin k> | ok
            <think>a</think>b</think>c           | a              | b</think>c
            <think>for ever                      | for ever       | ∅
            <think>for ever</thi                 | for ever</thi  | ∅
            <thi                                 | ∅              | <thi
            """)
    void tellsApartWhatIsThoughtAndWhatIsSaid(String answer, String thought, String said) throws Exception {
        SERVER.engine.say(plain(answer));

        JsonNode whole = TestGateway.json(ask("")).at("/choices/0/message");
        List<JsonNode> deltas = deltas(ask(",\"stream\":true"));

        assertThat(whole.has("reasoning_content")).isEqualTo(!thought.equals("∅"));
        assertThat(whole.path("reasoning")).isEqualTo(whole.path("reasoning_content"));
        assertThat(whole.path("reasoning_content").asText("")).isEqualTo(plain(thought));
        assertThat(whole.path("content").isNull()).isEqualTo(said.equals("∅"));
        assertThat(whole.path("content").isNull() ? "" : whole.path("content").asText())
                .isEqualTo(plain(said));
        assertThat(joined(deltas, "reasoning_content")).isEqualTo(plain(thought));
        assertThat(joined(deltas, "content")).isEqualTo(plain(said));
    }

    @Test
    void streamsThoughtsAsTheyCome() throws Exception {
        SERVER.engine.say("<think>ab</think>c");

        assertThat(deltas(ask(",\"stream\":true")))
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"role\":\"assistant\",\"content\":\"\"}",
                        "{\"reasoning\":\"a\",\"reasoning_content\":\"a\"}",
                        "{\"reasoning\":\"b\",\"reasoning_content\":\"b\"}",
                        "{\"content\":\"c\"}",
                        "{}");
    }

    @Test
    void knowsThatThePromptBeganTheThought() throws Exception {
        SERVER.engine.say("hm</think>Four.");

        JsonNode message = TestGateway.json(ask(BEGUN)).at("/choices/0/message");

        assertThat(message.path("reasoning_content").asText()).isEqualTo("hm");
        assertThat(message.path("content").asText()).isEqualTo("Four.");
        assertThat(joined(deltas(ask(BEGUN + ",\"stream\":true")), "reasoning_content"))
                .isEqualTo("hm");
    }

    @Test
    void givesAThoughtThatWasCutShort() throws Exception {
        SERVER.engine.script(generation -> generation.say("<think>Two a").finish(FinishReason.LENGTH));

        JsonNode choice = TestGateway.json(ask("")).at("/choices/0");

        assertThat(choice.at("/message/reasoning_content").asText()).isEqualTo("Two a");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
    }

    @Test
    void callsMayFollowAThought() throws Exception {
        SERVER.engine.say("<think>What time?</think>\n<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>");

        JsonNode choice = TestGateway.json(ask(TOOLS)).at("/choices/0");

        assertThat(choice.at("/message/reasoning_content").asText()).isEqualTo("What time?");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.at("/message/tool_calls/0/function/name").asText()).isEqualTo("now");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
    }

    @Test
    void anAnswerOfPrescribedFormHoldsNoThoughts() throws Exception {
        SERVER.engine.say("{\"a\":1}");

        JsonNode message = TestGateway.json(ask(BEGUN + ",\"response_format\":{\"type\":\"json_object\"}"))
                .at("/choices/0/message");

        assertThat(message.path("content").asText()).isEqualTo("{\"a\":1}");
        assertThat(message.has("reasoning_content")).isFalse();
    }

    @Test
    void isLeftOutWhereTheRequestDoesNotWantIt() throws Exception {
        SERVER.engine.say("<think>hm</think>Four.");
        String unwanted = ",\"include_reasoning\":false";

        assertThat(TestGateway.json(ask(unwanted)).at("/choices/0/message").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"Four.\",\"refusal\":null}");
        assertThat(deltas(ask(unwanted + ",\"stream\":true")))
                .extracting(JsonNode::toString)
                .startsWith("{\"role\":\"assistant\",\"content\":\"\"}", "{\"content\":\"F\"}");
    }

    @Test
    void isAnItemOfItsOwnInAResponse() throws Exception {
        SERVER.engine.say("<think>ab</think>c");

        JsonNode response = TestGateway.json(SERVER.send("POST", "/v1/responses", "{\"input\":\"2+2?\"}"));

        assertThat(response.at("/output/0").toString().replaceAll("rs_[0-9a-f]{32}", "ID"))
                .isEqualTo("{\"id\":\"ID\",\"type\":\"reasoning\",\"status\":\"completed\",\"summary\":[],"
                        + "\"content\":[{\"type\":\"reasoning_text\",\"text\":\"ab\"}]}");
        assertThat(response.at("/output/1/content/0/text").asText()).isEqualTo("c");
        assertThat(response.at("/usage/output_tokens_details/reasoning_tokens").asInt())
                .isEqualTo(SERVER.tokenizer.encode("ab", false).length);
    }

    @Test
    void isToldInTheOrderThatClientsExpect() throws Exception {
        SERVER.engine.say("<think>ab</think>c");

        String events = SERVER.send("POST", "/v1/responses", "{\"input\":\"2+2?\",\"stream\":true}")
                .body();

        assertThat(events.lines().filter(line -> line.startsWith("event: ")).map(line -> line.substring(16)))
                .containsExactly(
                        "created",
                        "in_progress",
                        "output_item.added",
                        "content_part.added",
                        "reasoning_text.delta",
                        "reasoning_text.delta",
                        "reasoning_text.done",
                        "content_part.done",
                        "output_item.done",
                        "output_item.added",
                        "content_part.added",
                        "output_text.delta",
                        "output_text.done",
                        "content_part.done",
                        "output_item.done",
                        "completed");
        assertThat(events.replaceAll("rs_[0-9a-f]{32}", "ID"))
                .contains("{\"type\":\"response.reasoning_text.delta\",\"item_id\":\"ID\",\"output_index\":0,"
                        + "\"content_index\":0,\"delta\":\"b\",\"sequence_number\":5}")
                .contains("\"item_id\":\"ID\",\"content_index\":0,\"text\":\"ab\"");
    }

    @Test
    void isNotSaidToTheModelAgain() throws Exception {
        SERVER.engine.say("<think>ab</think>c");
        String id = TestGateway.json(SERVER.send("POST", "/v1/responses", "{\"input\":\"A\"}"))
                .path("id")
                .asText();
        SERVER.engine.say("d");

        SERVER.send("POST", "/v1/responses", "{\"input\":\"B\",\"previous_response_id\":\"%s\"}".formatted(id));

        assertThat(SERVER.tokenizer.decode(SERVER.engine.next().request.prompt(), false))
                .isEqualTo("[user]A[assistant]c[user]B[assistant]");
    }

    private static String plain(String written) {
        return written.replace("∅", "").replace('↵', '\n');
    }

    private static String body(String fields) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"2+2?\"}]%s}".formatted(fields);
    }

    private static HttpResponse<String> ask(String fields) throws Exception {
        HttpResponse<String> response = SERVER.send("POST", "/v1/chat/completions", body(fields));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response;
    }

    private static List<JsonNode> deltas(HttpResponse<String> response) {
        return response.body()
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> TestGateway.json(line.substring("data: ".length())).at("/choices/0/delta"))
                .toList();
    }

    private static String joined(List<JsonNode> deltas, String field) {
        StringBuilder text = new StringBuilder();
        deltas.forEach(delta -> text.append(delta.path(field).asText("")));
        return text.toString();
    }
}
