package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.gateway.http.HttpLimits;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model thinks is given apart from what it says, where the setting says so. */
@Timeout(60)
final class ReasoningTest {
    private static final TestGateway SERVER = TestGateway.loading(HttpLimits.DEFAULT);
    private static final String TOOLS =
            ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"type\":\"object\"}}}]";
    private static final String BEGUN = ",\"chat_template_kwargs\":{\"think\":true}";

    @BeforeAll
    static void serve() {
        SERVER.reasoning = true;
        SERVER.serve();
    }

    @AfterAll
    static void close() {
        SERVER.close();
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
                        "{\"reasoning_content\":\"a\"}",
                        "{\"reasoning_content\":\"b\"}",
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
