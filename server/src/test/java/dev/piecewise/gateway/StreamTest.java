package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class StreamTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    private static final String HEAD =
            "data: {\"id\":\"ID\",\"object\":\"text_completion\",\"created\":NOW,\"model\":\"tiny\","
                    + "\"system_fingerprint\":\"fp_0123456789ab\",\"choices\":[";
    private static final String SERVED_BY = "\"piecewise\":{\"mode\":\"base\",\"fingerprint\":\"ba5e\",\"pool\":null,"
            + "\"reason\":\"user has no plan\",\"history_items\":0}";
    private static final String DONE = "data: [DONE]\n\n";

    @Test
    void writesAnEventForEachPieceOfText() throws Exception {
        SERVER.engine.say("Hi");

        HttpResponse<String> response = stream("");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        assertThat(response.headers().firstValue("X-Piecewise-Adapter")).hasValue("base;ba5e");
        assertThat(plain(response)).isEqualTo(chunk("H") + chunk("i") + last("", "stop") + DONE);
    }

    @Test
    void holdsBackTokensThatCompleteNoCharacter() throws Exception {
        SERVER.engine.say("é\"\n");

        assertThat(plain(stream(""))).isEqualTo(chunk("é") + chunk("\\\"") + chunk("\\n") + last("", "stop") + DONE);
    }

    @Test
    void givesWhatWasHeldBackWithTheEnd() throws Exception {
        SERVER.engine.script(generation ->
                generation.say("a").bytes((byte) 0xE2, (byte) 0x82).finish(FinishReason.LENGTH));

        String body = plain(stream(""));

        assertThat(body)
                .startsWith(chunk("a"))
                .endsWith("\"finish_reason\":\"length\"}]," + SERVED_BY + "}\n\n" + DONE);
        assertThat(body).contains("\uFFFD");
    }

    @Test
    void endsWithTheUsageWhereItIsAskedFor() throws Exception {
        SERVER.engine.say("H");

        String body = plain(stream(",\"stream_options\":{\"include_usage\":true}"));

        assertThat(body)
                .isEqualTo(chunk("H").replace("}]}", "}],\"usage\":null}")
                        + last("", "stop").replace("}],", "}],\"usage\":null,")
                        + HEAD
                        + "],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1,\"total_tokens\":3,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":1}},"
                        + SERVED_BY
                        + "}\n\n"
                        + DONE);
    }

    @Test
    void stopsAtAStopStringAcrossTokensAndNeverShowsItsBeginning() throws Exception {
        SERVER.engine.script(generation -> generation.say("one STOP two"));

        HttpResponse<String> response = stream(",\"stop\":[\"STOP\",\"unused\"]");

        assertThat(texts(response, 0)).isEqualTo("one ");
        assertThat(response.body()).contains("\"finish_reason\":\"stop\"").doesNotContain("\"S");
        assertThat(SERVER.engine.next().awaitClosed()).isTrue();
    }

    @Test
    void interleavesChoicesByTheirIndex() throws Exception {
        SERVER.engine.script(generation ->
                generation.say("seed " + generation.request.sampling().seed()).finish(FinishReason.STOP));

        HttpResponse<String> response =
                SERVER.complete("{\"prompt\":[\"a\",\"b\"],\"n\":2,\"seed\":7,\"stream\":true}");

        assertThat(List.of(texts(response, 0), texts(response, 1), texts(response, 2), texts(response, 3)))
                .containsExactly("seed 7", "seed 8", "seed 7", "seed 8");
        assertThat(response.body().split("\"finish_reason\":\"stop\"", -1)).hasSize(5);
        assertThat(response.body()).endsWith(DONE);
    }

    @Test
    void goesOnWithTheOtherChoiceWhenOneIsStopped() throws Exception {
        SERVER.engine.script(
                generation -> generation.say(generation.request.sampling().seed() == 7 ? "a STOP" : ""));
        try (RawClient client = new RawClient(SERVER.port)) {
            client.post("/v1/completions", "{\"prompt\":\"a\",\"n\":2,\"seed\":7,\"stop\":\"STOP\",\"stream\":true}");
            ScriptedEngine.Scripted stopped = SERVER.engine.next();
            ScriptedEngine.Scripted other = SERVER.engine.next();
            client.readUntil("\"finish_reason\":\"stop\"");
            assertThat(stopped.awaitClosed()).isTrue();
            assertThat(stopped.isStopped()).isTrue();
            assertThat(other.isClosed()).isFalse();

            other.say("z").finish(FinishReason.LENGTH);

            assertThat(client.readUntil("[DONE]"))
                    .contains("{\"index\":1,\"text\":\"z\"", "\"finish_reason\":\"length\"")
                    .doesNotContain("\"index\":0");
        }
    }

    @Test
    void answersAFailureBeforeTheFirstByteAsAnyOtherError() throws Exception {
        SERVER.engine.script(generation -> generation.event(failure()));

        HttpResponse<String> response = stream("");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(TestGateway.json(response).at("/error/message").asText()).isEqualTo("the step failed");
    }

    @Test
    void endsAStreamThatFailsWithAnErrorEventAndWithoutDone() throws Exception {
        SERVER.engine.script(generation -> {});
        try (RawClient client = new RawClient(SERVER.port)) {
            client.post("/v1/completions", "{\"prompt\":\"a\",\"stream\":true}");
            ScriptedEngine.Scripted generation = SERVER.engine.next();
            generation.say("H");
            client.readUntil("\"text\":\"H\"");
            generation.event(failure());

            String rest = client.readUntil("0\r\n\r\n");

            assertThat(rest)
                    .contains("data: {\"error\":{\"message\":\"the step failed\",\"type\":\"server_error\","
                            + "\"param\":null,\"code\":\"internal_error\"}}\n\n")
                    .doesNotContain("[DONE]");
            assertThat(generation.awaitClosed()).isTrue();
        }
    }

    @Test
    void theFailureOfOneChoiceEndsTheOthers() throws Exception {
        SERVER.engine.script(generation -> {
            if (generation.request.sampling().seed() == 8) {
                generation.event(failure());
            }
        });

        HttpResponse<String> response = SERVER.complete("{\"prompt\":\"a\",\"n\":3,\"seed\":7}");

        assertThat(response.statusCode()).isEqualTo(500);
        for (int i = 0; i < 3; i++) {
            assertThat(SERVER.engine.next().awaitClosed()).isTrue();
        }
    }

    @Test
    void givesTokenIdsWithTheTextTheyBecame() throws Exception {
        SERVER.engine.say("é!");

        List<JsonNode> chunks = chunks(stream(",\"return_token_ids\":true"));

        assertThat(chunks.get(0).at("/choices/0/prompt_token_ids")).hasSize(2);
        assertThat(chunks.get(0).at("/choices/0/token_ids").toString()).isEqualTo("[198,172]");
        assertThat(chunks.get(1).at("/choices/0").has("prompt_token_ids")).isFalse();
        assertThat(chunks.get(1).at("/choices/0/token_ids").toString()).isEqualTo("[36]");
        assertThat(chunks.get(2).at("/choices/0/token_ids").toString()).isEqualTo("[]");
    }

    @Test
    void givesLogprobsWithTheTextTheyBelongTo() throws Exception {
        SERVER.engine.say("aé");

        List<JsonNode> chunks = chunks(stream(",\"logprobs\":1"));

        assertThat(chunks.get(0).at("/choices/0/logprobs").toString())
                .isEqualTo("{\"tokens\":[\"a\"],\"token_logprobs\":[-0.5],\"top_logprobs\":[{\"a\":-0.5}],"
                        + "\"text_offset\":[0]}");
        assertThat(chunks.get(1).at("/choices/0/text").asText()).isEqualTo("é");
        assertThat(chunks.get(1).at("/choices/0/logprobs/text_offset").toString())
                .isEqualTo("[1,1]");
    }

    private static TokenEvent failure() {
        return new TokenEvent.Failed(new ServingException(ErrorCode.INTERNAL, "the step failed"));
    }

    private static HttpResponse<String> stream(String fields) throws Exception {
        return SERVER.complete("{\"prompt\":\"a\",\"stream\":true" + fields + "}");
    }

    private static String chunk(String text) {
        return HEAD + "{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    }

    private static String last(String text, String reason) {
        return HEAD + "{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":\"" + reason + "\"}],"
                + SERVED_BY + "}\n\n";
    }

    /** The body with the parts that differ from run to run replaced. */
    private static String plain(HttpResponse<String> response) {
        return response.body()
                .replaceAll("\"cmpl-[0-9a-f]{32}\"", "\"ID\"")
                .replaceAll("\"created\":\\d{10}", "\"created\":NOW");
    }

    private static List<JsonNode> chunks(HttpResponse<String> response) {
        return Arrays.stream(response.body().split("\n\n"))
                .map(event -> event.substring("data: ".length()))
                .filter(data -> !data.equals("[DONE]"))
                .map(TestGateway::json)
                .toList();
    }

    private static String texts(HttpResponse<String> response, int index) {
        return chunks(response).stream()
                .map(chunk -> chunk.at("/choices/0"))
                .filter(choice -> choice.path("index").asInt() == index)
                .map(choice -> choice.path("text").asText())
                .collect(Collectors.joining());
    }
}
