package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.Sampling;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class CompletionTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    @Test
    void answersWithTheShapeThatOpenAiHas() {
        SERVER.engine.say("Hello");

        SERVER.completion("{\"model\":\"tiny\",\"prompt\":\"a\"}")
                .statusCode(200)
                .contentType("application/json")
                .header("X-Piecewise-Adapter", "base;ba5e")
                .body("id", matchesPattern("cmpl-[0-9a-f]{32}"))
                .body("object", equalTo("text_completion"))
                .body("model", equalTo("tiny"))
                .body("system_fingerprint", equalTo("fp_0123456789ab"))
                .body("choices.size()", equalTo(1))
                .body("choices[0].index", equalTo(0))
                .body("choices[0].text", equalTo("Hello"))
                .body("choices[0].finish_reason", equalTo("stop"))
                .body("choices[0]", hasKey("logprobs"))
                .body("choices[0]", not(hasKey("token_ids")))
                .body("usage.prompt_tokens", equalTo(2))
                .body("usage.completion_tokens", equalTo(5))
                .body("usage.total_tokens", equalTo(7))
                .body("usage.prompt_tokens_details.cached_tokens", equalTo(1))
                .body("piecewise.mode", equalTo("base"))
                .body("piecewise.reason", equalTo("user has no plan"));
    }

    @Test
    void asksTheEngineForWhatTheRequestSays() throws Exception {
        SERVER.engine.say("x");

        GenerationRequest asked = asked("""
                {"prompt":"a","user":"u1","max_tokens":7,"min_tokens":3,"temperature":0.5,"top_k":4,"top_p":0.9,
                 "min_p":0.1,"repetition_penalty":1.2,"presence_penalty":-0.5,"frequency_penalty":0.25,
                 "logit_bias":{"5":-100,"6":2.5},"seed":42,"logprobs":2,"unknown_field":{"is":["ignored"]}}""");

        assertThat(asked.user()).isEqualTo("u1");
        assertThat(asked.maxTokens()).isEqualTo(7);
        assertThat(asked.minTokens()).isEqualTo(3);
        assertThat(asked.endTokens()).containsExactly(TestGateway.EOS);
        assertThat(asked.promptLogprobs()).isFalse();
        assertThat(asked.sampling())
                .isEqualTo(new Sampling(0.5, 4, 0.9, 0.1, 1.2, -0.5, 0.25, Map.of(5, -100f, 6, 2.5f), 42, 2));
    }

    @Test
    void takesOpenAisDefaultsForWhatIsLeftOutOrNull() throws Exception {
        SERVER.engine.say("x");

        GenerationRequest asked = asked("""
                {"prompt":"a","max_tokens":null,"temperature":null,"stop":null,"logprobs":null,"n":null,"user":null,
                 "stream":null,"stream_options":null,"suffix":null,"best_of":null,"logit_bias":null,"piecewise":null}""");

        assertThat(asked.maxTokens()).isEqualTo(16);
        assertThat(asked.user()).isEmpty();
        assertThat(asked.sampling())
                .isEqualTo(new Sampling(
                        1, 0, 1, 0, 1, 0, 0, Map.of(), asked.sampling().seed(), -1));
    }

    @Test
    void drawsAnotherSeedForEachRequestWithoutOne() throws Exception {
        SERVER.engine.say("x");

        assertThat(asked("{\"prompt\":\"a\"}").sampling().seed())
                .isNotEqualTo(asked("{\"prompt\":\"a\"}").sampling().seed());
    }

    @Test
    void takesAWholeNumberHoweverItIsWritten() throws Exception {
        SERVER.engine.say("x");

        assertThat(asked("{\"prompt\":\"a\",\"max_tokens\":7.0,\"seed\":5.0}")
                        .sampling()
                        .seed())
                .isEqualTo(5);
        assertThat(asked("{\"prompt\":\"a\",\"seed\":-9e18}").sampling().seed()).isEqualTo(-9_000_000_000_000_000_000L);
    }

    @Test
    void goesOnPastTheEndOfTextWhereItIsToldTo() throws Exception {
        SERVER.engine.say("x");

        assertThat(asked("{\"prompt\":\"a\",\"ignore_eos\":true}").endTokens()).isEmpty();
        assertThat(asked("{\"prompt\":\"a\",\"ignore_eos\":true,\"stop_token_ids\":[7,9,7]}")
                        .endTokens())
                .containsExactlyInAnyOrder(7, 9);
        assertThat(asked("{\"prompt\":\"a\",\"stop_token_ids\":[7]}").endTokens())
                .contains(7)
                .containsAll(asked("{\"prompt\":\"a\"}").endTokens());
    }

    @Test
    void takesPromptsAsTextsOrTokens() throws Exception {
        SERVER.engine.say("x");
        int[] encoded = SERVER.tokenizer.encode("a b", true);

        assertThat(asked("{\"prompt\":\"a b\"}").prompt()).containsExactly(encoded);
        assertThat(asked("{\"prompt\":[\"a b\"]}").prompt()).containsExactly(encoded);
        assertThat(asked("{\"prompt\":[5,6,7]}").prompt()).containsExactly(5, 6, 7);
        assertThat(asked("{\"prompt\":[[5,6,7]]}").prompt()).containsExactly(5, 6, 7);
        assertThat(asked("{\"prompt\":\"\"}").prompt()).containsExactly(TestGateway.BOS);
    }

    @Test
    void answersEveryPromptWithSoManyChoicesInOrder() {
        SERVER.engine.script(generation -> generation
                .say(generation.request.prompt().length + "/"
                        + generation.request.sampling().seed())
                .finish(FinishReason.LENGTH));

        SERVER.completion("{\"prompt\":[[5],[5,6]],\"n\":2,\"best_of\":2,\"seed\":1}")
                .statusCode(200)
                .body("choices.index", contains(0, 1, 2, 3))
                .body("choices.text", contains("1/1", "1/2", "2/1", "2/2"))
                .body("choices.finish_reason", contains("length", "length", "length", "length"))
                .body("usage.prompt_tokens", equalTo(3))
                .body("usage.completion_tokens", equalTo(12));
    }

    @Test
    void endsTheTextBeforeTheStopStringAndCancelsTheRest() throws Exception {
        SERVER.engine.script(generation -> generation.say("one\n\ntwo"));

        SERVER.completion("{\"prompt\":\"a\",\"stop\":\"\\n\\n\",\"logprobs\":0,\"return_token_ids\":true}")
                .statusCode(200)
                .body("choices[0].text", equalTo("one"))
                .body("choices[0].finish_reason", equalTo("stop"))
                .body("choices[0].logprobs.tokens", contains("o", "n", "e"))
                .body("choices[0].token_ids.size()", equalTo(5))
                .body("usage.completion_tokens", equalTo(5))
                .body("usage.prompt_tokens_details.cached_tokens", equalTo(1));
        assertThat(SERVER.engine.next().awaitClosed()).isTrue();
    }

    @Test
    void doesNotStopBeforeTheLeastNumberOfTokens() {
        SERVER.engine.say("a.b.c");

        SERVER.completion("{\"prompt\":\"a\",\"stop\":\".\",\"min_tokens\":3}").body("choices[0].text", equalTo("a.b"));
    }

    @Test
    void saysWhichAdapterAnsweredAndOnRequestOfWhichPieces() throws Exception {
        SERVER.store.append("ann", List.of(new HistoryItem(null, null, null, "a text")));
        SERVER.personalizer.assemble("ann");
        SERVER.engine.say("x");

        SERVER.completion("{\"prompt\":\"a\",\"user\":\"ann\",\"piecewise\":{\"mode\":\"assembled\",\"explain\":true}}")
                .header("X-Piecewise-Adapter", "assembled;f00d")
                .body("piecewise.pool", equalTo("p001"))
                .body("piecewise.history_items", equalTo(1))
                .body("piecewise.pieces.'layers.0.self_attn.q_proj'[0]", contains("ann", 0.75f));
        SERVER.completion("{\"prompt\":\"a\",\"user\":\"ann\"}").body("piecewise", not(hasKey("pieces")));
        SERVER.completion("{\"prompt\":\"a\",\"user\":\"ann\",\"piecewise\":{\"mode\":\"base\"}}")
                .header("X-Piecewise-Adapter", "base;ba5e");
        SERVER.completion("{\"prompt\":\"a\",\"user\":\"nobody\",\"piecewise\":{\"mode\":\"assembled\"}}")
                .statusCode(404)
                .body("error.code", equalTo("user_not_found"));
    }

    @Test
    void tellsAClientToComeBackWhenTheEngineIsFull() {
        SERVER.engine.script(generation -> {
            throw new ServingException(ErrorCode.OVERLOADED, "the waiting queue is full");
        });

        SERVER.completion("{\"prompt\":\"a\"}")
                .statusCode(429)
                .header("Retry-After", "1")
                .body("error.type", equalTo("overloaded_error"))
                .body("error.code", equalTo("engine_overloaded"));
    }

    @Test
    void refusesWhatCannotFitTheContext() {
        SERVER.completion("{\"prompt\":\"a\",\"max_tokens\":600}")
                .statusCode(400)
                .body("error.code", equalTo("context_length_exceeded"))
                .body("error.param", equalTo("max_tokens"));
        SERVER.completion("{\"prompt\":\"%s\"}".formatted("a".repeat(200_000)))
                .statusCode(400)
                .body("error.code", equalTo("context_length_exceeded"))
                .body("error.param", equalTo("prompt"));
    }

    @Test
    void cancelsTheChoicesThatWereTakenWhenOneIsRefused() throws Exception {
        List<ScriptedEngine.Scripted> taken = new ArrayList<>();
        SERVER.engine.script(generation -> {
            if (taken.size() == 2) {
                throw new ServingException(ErrorCode.OVERLOADED, "the waiting queue is full");
            }
            taken.add(generation);
        });

        SERVER.completion("{\"prompt\":\"a\",\"n\":3}").statusCode(429);

        assertThat(taken).hasSize(2).allMatch(ScriptedEngine.Scripted::isClosed);
    }

    @Test
    void keepsItsFaultsToItself() throws Exception {
        HttpResponse<String> response = SERVER.complete("{\"prompt\":\"a\",\"user\":\"broken\"}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(TestGateway.json(response).at("/error/type").asText()).isEqualTo("server_error");
        assertThat(response.body())
                .contains(response.headers().firstValue("x-request-id").orElseThrow())
                .doesNotContain("nothing that a client may read", "Exception", "\tat ");
    }
    /** What the engine is asked for by this request. */
    private static GenerationRequest asked(String body) throws Exception {
        HttpResponse<String> response = SERVER.complete(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return SERVER.engine.next().request;
    }
}
