package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class ChatStreamTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    private static final String HEAD =
            "data: {\"id\":\"ID\",\"object\":\"chat.completion.chunk\",\"created\":NOW,\"model\":\"tiny\","
                    + "\"system_fingerprint\":\"fp_0123456789ab\",\"choices\":[";
    private static final String SERVED_BY = "\"piecewise\":{\"mode\":\"base\",\"fingerprint\":\"ba5e\",\"pool\":null,"
            + "\"reason\":\"user has no plan\",\"history_items\":0}";
    private static final String DONE = "data: [DONE]\n\n";

    @Test
    void beginsWithTheRoleAndEndsWithTheReason() throws Exception {
        SERVER.engine.say("Hi\n");

        assertThat(plain(stream("")))
                .isEqualTo(chunk("{\"role\":\"assistant\",\"content\":\"\"}")
                        + chunk("{\"content\":\"H\"}")
                        + chunk("{\"content\":\"i\"}")
                        + chunk("{\"content\":\"\\n\"}")
                        + last("stop", "")
                        + DONE);
    }

    @Test
    void endsWithTheUsageWhereItIsAskedFor() throws Exception {
        SERVER.engine.say("H");

        String body = plain(stream(",\"stream_options\":{\"include_usage\":true}"));

        assertThat(body).contains("\"finish_reason\":null}],\"usage\":null}", last("stop", "\"usage\":null,"));
        assertThat(body)
                .containsPattern("\"choices\":\\[\\],\"usage\":\\{\"prompt_tokens\":\\d+,\"completion_tokens\":1,.*"
                        + "\\}\n\n" + "data: .DONE");
    }

    @Test
    void writesACallWhenItIsWholeAndItsArgumentsAfterItsName() throws Exception {
        SERVER.engine.say("Well. <tool_call>{\"name\": \"now\", \"arguments\": {\"a\": 1}}</tool_call>\n"
                + "<tool_call>{\"name\": \"now\"}</tool_call>");

        List<JsonNode> chunks = chunks(stream(TOOLS));

        List<String> deltas = chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta").toString().replaceAll("call_[0-9a-f]{32}", "ID"))
                .toList();
        assertThat(deltas.subList(deltas.size() - 6, deltas.size()))
                .containsExactly(
                        "{\"content\":\".\"}",
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"ID\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"\"}}]}",
                        "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\": 1}\"}}]}",
                        "{\"tool_calls\":[{\"index\":1,\"id\":\"ID\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"\"}}]}",
                        "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}",
                        "{}");
        assertThat(chunks.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
    }

    @Test
    void givesHalfACallAsText() throws Exception {
        SERVER.engine.script(generation ->
                generation.say("<tool_call>{\"name\": \"now\", \"argu").finish(FinishReason.LENGTH));

        List<JsonNode> chunks = chunks(stream(TOOLS));

        assertThat(chunks).hasSize(3);
        assertThat(chunks.get(1).at("/choices/0/delta").toString())
                .isEqualTo("{\"content\":\"<tool_call>{\\\"name\\\": \\\"now\\\", \\\"argu\"}");
        assertThat(chunks.get(2).at("/choices/0/finish_reason").asText()).isEqualTo("length");
    }

    @Test
    void givesEveryScoreWithTheTextItBelongsToOrWithTheNext() throws Exception {
        SERVER.engine.say("aé");

        List<JsonNode> chunks = chunks(stream(",\"logprobs\":true"));

        assertThat(chunks.get(1).at("/choices/0/logprobs/content")).hasSize(1);
        assertThat(chunks.get(2).at("/choices/0/delta/content").asText()).isEqualTo("é");
        assertThat(chunks.get(2).at("/choices/0/logprobs/content")).hasSize(2);
    }

    @Test
    void interleavesChoicesByTheirIndex() throws Exception {
        SERVER.engine.script(generation ->
                generation.say(generation.request.sampling().seed() + "!").finish(FinishReason.STOP));

        List<JsonNode> chunks = chunks(stream(",\"n\":3,\"seed\":7"));

        for (int index = 0; index < 3; index++) {
            StringBuilder text = new StringBuilder();
            for (JsonNode chunk : chunks) {
                JsonNode choice = chunk.at("/choices/0");
                if (choice.path("index").asInt() == index) {
                    text.append(choice.at("/delta/content").asText());
                }
            }
            assertThat(text.toString()).isEqualTo(7 + index + "!");
        }
        assertThat(chunks)
                .filteredOn(chunk -> chunk.at("/choices/0/delta").has("role"))
                .hasSize(3);
    }

    @Test
    void stopsAtAStopStringAcrossTokensAndNeverShowsItsBeginning() throws Exception {
        SERVER.engine.script(generation -> generation.say("one STOP two"));

        HttpResponse<String> response = stream(",\"stop\":\"STOP\"");

        assertThat(response.body()).doesNotContain("\"S").contains("\"finish_reason\":\"stop\"");
        assertThat(SERVER.engine.next().awaitClosed()).isTrue();
    }

    private static final String TOOLS =
            ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"type\":\"object\"}}}]";

    private static HttpResponse<String> stream(String fields) throws Exception {
        return SERVER.send(
                "POST",
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":true" + fields + "}");
    }

    private static String chunk(String delta) {
        return HEAD + "{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    }

    private static String last(String reason, String usage) {
        return HEAD + "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"" + reason + "\"}]," + usage
                + SERVED_BY + "}\n\n";
    }

    private static String plain(HttpResponse<String> response) {
        return response.body()
                .replaceAll("\"chatcmpl-[0-9a-f]{32}\"", "\"ID\"")
                .replaceAll("\"created\":\\d{10}", "\"created\":NOW");
    }

    private static List<JsonNode> chunks(HttpResponse<String> response) {
        return Arrays.stream(response.body().split("\n\n"))
                .map(event -> event.substring("data: ".length()))
                .filter(data -> !data.equals("[DONE]"))
                .map(TestGateway::json)
                .toList();
    }
}
