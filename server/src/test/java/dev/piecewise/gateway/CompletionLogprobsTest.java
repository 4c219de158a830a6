package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.engine.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a completion tells of its prompt's and its own tokens. */
@Timeout(120)
final class CompletionLogprobsTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    @Test
    void givesThePromptBackWhereItIsAskedTo() {
        SERVER.engine.say("!");

        SERVER.completion("{\"prompt\":\"Once upon\",\"echo\":true}").body("choices[0].text", equalTo("Once upon!"));
        SERVER.completion("{\"prompt\":[%d,%d],\"echo\":true}".formatted(3 + 'o', 3 + 'h'))
                .body("choices[0].text", equalTo("oh!"));
    }

    @Test
    void scoresThePromptThatItGivesBack() throws Exception {
        SERVER.engine.script(generation -> {
            List<TokenLogprobs> scores = new ArrayList<>();
            for (int i = 1; i < generation.request.prompt().length; i++) {
                scores.add(ScriptedEngine.Scripted.scored(generation.request.prompt()[i], 1));
            }
            generation.event(new TokenEvent.PromptScored(scores)).say("!").finish(FinishReason.LENGTH);
        });

        JsonNode choice = TestGateway.json(SERVER.complete(
                        "{\"prompt\":[1,%d,%d],\"echo\":true,\"logprobs\":1}".formatted(3 + 'o', 3 + 'h')))
                .at("/choices/0");

        assertThat(SERVER.engine.next().request.promptLogprobs()).isTrue();
        assertThat(choice.path("text").asText()).isEqualTo("oh!");
        JsonNode logprobs = choice.path("logprobs");
        assertThat(logprobs.path("tokens").toString()).isEqualTo("[\"<s>\",\"o\",\"h\",\"!\"]");
        assertThat(logprobs.path("token_logprobs").toString()).isEqualTo("[null,-0.5,-0.5,-0.5]");
        assertThat(logprobs.path("top_logprobs").get(0).isNull()).isTrue();
        assertThat(logprobs.path("text_offset").toString()).isEqualTo("[0,0,1,2]");
    }

    @Test
    void onlyScoresThePromptWhenNoTokenIsWanted() throws Exception {
        SERVER.engine.script(generation -> generation
                .event(new TokenEvent.PromptScored(List.of(ScriptedEngine.Scripted.scored(3 + 'h', 0))))
                .say("!")
                .finish(FinishReason.LENGTH));

        SERVER.completion("{\"prompt\":[%d,%d],\"echo\":true,\"logprobs\":0,\"max_tokens\":0}"
                        .formatted(3 + 'o', 3 + 'h'))
                .statusCode(200)
                .body("choices[0].text", equalTo("oh"))
                .body("choices[0].finish_reason", equalTo("length"))
                .body("choices[0].logprobs.tokens", contains("o", "h"))
                .body("usage.completion_tokens", equalTo(0));
        assertThat(SERVER.engine.next().request.maxTokens()).isEqualTo(1);
    }

    @Test
    void givesTheLogprobsOfEachTokenAndItsAlternatives() throws Exception {
        SERVER.engine.say("ab");

        JsonNode logprobs = TestGateway.json(SERVER.complete("{\"prompt\":\"a\",\"logprobs\":2}"))
                .at("/choices/0/logprobs");

        assertThat(logprobs.path("tokens").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(logprobs.path("text_offset").toString()).isEqualTo("[0,1]");
        assertThat(logprobs.path("token_logprobs").get(1).asDouble()).isEqualTo(-0.5, within(1e-6));
        assertThat(logprobs.path("top_logprobs").get(0).toString()).isEqualTo("{\"a\":-0.5,\"b\":-1.5}");
    }

    @Test
    void writesAnImpossibleTokensLogprobAsANumber() throws Exception {
        SERVER.engine.script(generation -> generation
                .event(new TokenEvent.Token(
                        3 + 'a', new TokenLogprobs(3 + 'a', Float.NEGATIVE_INFINITY, 9, new int[0], new float[0])))
                .finish(FinishReason.STOP));

        SERVER.completion("{\"prompt\":\"a\",\"logprobs\":0}")
                .body("choices[0].logprobs.token_logprobs", contains(-9999f));
    }

    @Test
    void writesNullForALogprobThatIsNoNumber() throws Exception {
        float[] top = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        int[] tokens = {3 + 'a', 3 + 'b', 3 + 'c'};
        SERVER.engine.script(generation -> generation
                .event(new TokenEvent.Token(3 + 'a', new TokenLogprobs(3 + 'a', Float.NaN, 0, tokens, top)))
                .finish(FinishReason.STOP));

        JsonNode logprobs = TestGateway.json(SERVER.complete("{\"prompt\":\"a\",\"logprobs\":3}"))
                .at("/choices/0/logprobs");

        assertThat(logprobs.path("token_logprobs").toString()).isEqualTo("[null]");
        assertThat(logprobs.path("top_logprobs").toString()).isEqualTo("[{\"a\":null,\"b\":null,\"c\":-9999.0}]");
    }
}
