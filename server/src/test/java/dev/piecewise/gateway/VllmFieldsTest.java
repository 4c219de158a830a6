package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.engine.TokenLogprobs;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What vLLM's server takes beyond OpenAI's API does here what it does there, or is refused. */
@Timeout(120)
final class VllmFieldsTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    private static final String CHATS = "/v1/chat/completions";
    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    /** The prompt that the engine is given, as text. */
    private static String prompt(String path, String body) throws Exception {
        return SERVER.tokenizer.decode(tokens(path, body), false);
    }

    private static int[] tokens(String path, String body) throws Exception {
        SERVER.engine.say("!");
        HttpResponse<String> response = SERVER.send("POST", path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return SERVER.engine.next().request.prompt();
    }

    private static String refusal(String path, String body) throws Exception {
        HttpResponse<String> response = SERVER.send("POST", path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        return TestGateway.json(response).at("/error/param").asText();
    }

    @Test
    void keepsAPromptsLastTokens() throws Exception {
        assertThat(prompt("/v1/completions", "{\"prompt\":\"abcdef\",\"truncate_prompt_tokens\":3}"))
                .isEqualTo("def");
        assertThat(prompt("/v1/completions", "{\"prompt\":[97,98,99,100],\"truncate_prompt_tokens\":2}"))
                .isEqualTo("`a");
        assertThat(prompt("/v1/completions", "{\"prompt\":\"abc\",\"truncate_prompt_tokens\":100}"))
                .endsWith("abc");
        assertThat(prompt(CHATS, "{%s,\"truncate_prompt_tokens\":12}".formatted(HI)))
                .isEqualTo("Hi[assistant]");
    }

    @Test
    void keepsItsFirstTokensWhereTheRightIsCut() throws Exception {
        assertThat(
                        prompt(
                                "/v1/completions",
                                "{\"prompt\":\"abcdef\",\"truncate_prompt_tokens\":3,\"truncation_side\":\"right\",\"add_special_tokens\":false}"))
                .isEqualTo("abc");
    }

    @Test
    void keepsWhatFitsBesideTheAnswer() throws Exception {
        String text = "?".repeat(3 * ScriptedEngine.MAX_LENGTH) + "!!";

        int[] completion = tokens(
                "/v1/completions",
                "{\"prompt\":\"%s\",\"truncate_prompt_tokens\":-1,\"max_tokens\":100}".formatted(text));
        int[] chat = tokens(
                CHATS,
                "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"truncate_prompt_tokens\":-1,\"max_tokens\":12}"
                        .formatted(text));

        assertThat(completion).hasSize(ScriptedEngine.MAX_LENGTH - 100);
        assertThat(SERVER.tokenizer.decode(completion, false)).endsWith("?!!");
        assertThat(chat).hasSize(ScriptedEngine.MAX_LENGTH - 12);
        assertThat(SERVER.tokenizer.decode(chat, false)).endsWith("?!![assistant]");
    }

    @Test
    void givesBackThePromptThatWasKept() throws Exception {
        SERVER.engine.say("!");

        SERVER.completion("{\"prompt\":\"abcdef\",\"truncate_prompt_tokens\":3,\"echo\":true}")
                .body("choices[0].text", equalTo("def!"))
                .body("usage.prompt_tokens", equalTo(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-2", "512", "1.5"})
    void refusesToKeepWhatCannotBe(String kept) throws Exception {
        assertThat(refusal("/v1/completions", "{\"prompt\":\"a\",\"truncate_prompt_tokens\":%s}".formatted(kept)))
                .isEqualTo("truncate_prompt_tokens");
        assertThat(refusal(CHATS, "{%s,\"truncate_prompt_tokens\":%s}".formatted(HI, kept)))
                .isEqualTo("truncate_prompt_tokens");
    }

    private static void scoring() {
        SERVER.engine.script(generation -> {
            List<TokenLogprobs> scores = new ArrayList<>();
            int[] prompt = generation.request.prompt();
            for (int i = 1; i < prompt.length; i++) {
                int[] top = {prompt[i] + 1, prompt[i] + 2, prompt[i]};
                scores.add(new TokenLogprobs(prompt[i], -3, 3, top, new float[] {-1, -2, -3}));
            }
            generation.event(new TokenEvent.PromptScored(scores)).say("!").finish(FinishReason.STOP);
        });
    }

    private static final String SCORES =
            "[null,{\"101\":{\"logprob\":-3.0,\"rank\":3,\"decoded_token\":\"b\"},\"102\":{\"logprob\":-1.0,\"rank\":1,\"decoded_token\":\"c\"}}]";

    @Test
    void scoresTheTokensOfAPrompt() throws Exception {
        scoring();

        JsonNode choice = TestGateway.json(SERVER.complete("{\"prompt\":[100,101],\"prompt_logprobs\":1}"))
                .at("/choices/0");

        assertThat(choice.path("prompt_logprobs").toString()).isEqualTo(SCORES);
        assertThat(choice.path("logprobs").isNull()).isTrue();
        assertThat(choice.path("text").asText()).isEqualTo("!");
        assertThat(SERVER.engine.next().request.promptLogprobs()).isTrue();
    }

    @Test
    void scoresOfPromptAndTextHaveTheirOwnNumbersOfAlternatives() throws Exception {
        scoring();

        JsonNode choice = TestGateway.json(
                        SERVER.complete("{\"prompt\":[100,101],\"prompt_logprobs\":1,\"logprobs\":2,\"echo\":true}"))
                .at("/choices/0");

        assertThat(choice.path("prompt_logprobs").toString()).isEqualTo(SCORES);
        assertThat(choice.at("/logprobs/top_logprobs/1").toString()).isEqualTo("{\"c\":-1.0,\"d\":-2.0,\"b\":-3.0}");
        assertThat(choice.at("/logprobs/top_logprobs/2")).hasSize(2);
    }

    @Test
    void scoresTheTokensOfAConversation() throws Exception {
        scoring();

        JsonNode body = TestGateway.json(SERVER.send("POST", CHATS, "{%s,\"prompt_logprobs\":0}".formatted(HI)));

        int[] prompt = SERVER.engine.next().request.prompt();
        JsonNode scores = body.path("prompt_logprobs");
        assertThat(scores).hasSize(prompt.length);
        assertThat(scores.get(0).isNull()).isTrue();
        assertThat(scores.get(1).toString())
                .isEqualTo("{\"%d\":{\"logprob\":-3.0,\"rank\":3,\"decoded_token\":\"[\"}}".formatted(prompt[1]));
        assertThat(body.at("/choices/0/logprobs").isNull()).isTrue();
    }

    @Test
    void scoresNoPromptInAStream() throws Exception {
        assertThat(refusal("/v1/completions", "{\"prompt\":\"a\",\"prompt_logprobs\":1,\"stream\":true}"))
                .isEqualTo("prompt_logprobs");
        assertThat(refusal(CHATS, "{%s,\"prompt_logprobs\":0,\"stream\":true}".formatted(HI)))
                .isEqualTo("prompt_logprobs");
        assertThat(refusal("/v1/completions", "{\"prompt\":\"a\",\"prompt_logprobs\":-1}"))
                .isEqualTo("prompt_logprobs");
    }

    @Test
    void includesTheTokenThatEndedTheTextWhereItIsAsked() throws Exception {
        int end = ScriptedEngine.Scripted.token((byte) '.');
        SERVER.engine.script(generation -> generation
                .say("a")
                .event(new TokenEvent.Finished(FinishReason.STOP, new TokenEvent.Usage(1, 0, 1), end)));

        SERVER.completion("{\"prompt\":\"a\"}").body("choices[0].text", equalTo("a"));
        SERVER.completion("{\"prompt\":\"a\",\"include_stop_str_in_output\":true}")
                .body("choices[0].text", equalTo("a."))
                .body("choices[0].finish_reason", equalTo("stop"))
                .body("usage.completion_tokens", equalTo(1));
        SERVER.completion("{\"prompt\":\"a\",\"include_stop_str_in_output\":true,\"stop\":[\"a.\"]}")
                .body("choices[0].text", equalTo("a."))
                .body("choices[0].finish_reason", equalTo("stop"));
        int eos = SERVER.tokenizer.eos().orElseThrow();
        SERVER.engine.script(generation -> generation
                .say("a")
                .event(new TokenEvent.Finished(FinishReason.STOP, new TokenEvent.Usage(1, 0, 1), eos)));
        SERVER.completion("{\"prompt\":\"a\",\"include_stop_str_in_output\":true}")
                .body("choices[0].text", equalTo("a"));
    }

    @Test
    void leavesTheStopStringInTheTextWhereItIsAskedTo() throws Exception {
        SERVER.engine.say("one.two");

        SERVER.completion("{\"prompt\":\"a\",\"stop\":\".\",\"include_stop_str_in_output\":true}")
                .body("choices[0].text", equalTo("one."));
    }

    @Test
    void writesSpecialTokensWhereItIsAskedTo() throws Exception {
        SERVER.engine.script(
                generation -> generation.token(TestGateway.BOS).say("a").finish(FinishReason.LENGTH));

        SERVER.completion("{\"prompt\":\"a\",\"skip_special_tokens\":false}").body("choices[0].text", equalTo("<s>a"));
        SERVER.completion("{\"prompt\":\"a\",\"skip_special_tokens\":true}").body("choices[0].text", equalTo("a"));
    }

    @Test
    void addsTheTokensThatBeginATextOrNot() throws Exception {
        assertThat(prompt("/v1/completions", "{\"prompt\":\"a\"}")).isEqualTo("<s> a");
        assertThat(prompt("/v1/completions", "{\"prompt\":\"a\",\"add_special_tokens\":false}"))
                .isEqualTo("a");
        assertThat(prompt(CHATS, "{%s,\"add_special_tokens\":true}".formatted(HI)))
                .isEqualTo("<s> [user]Hi[assistant]");
    }

    @Test
    void givesTheTemplateTheReasoningEffort() throws Exception {
        assertThat(prompt(CHATS, "{%s,\"reasoning_effort\":\"low\"}".formatted(HI)))
                .isEqualTo("[user]Hi[effort]low[assistant]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"use_beam_search\":true",
                "\"allowed_token_ids\":[5]",
                "\"bad_words\":[\"x\"]",
                "\"logprob_token_ids\":[5]",
                "\"prompt_embeds\":\"AAAA\"",
                "\"priority\":-1",
                "\"cache_salt\":\"secret\"",
                "\"return_tokens_as_token_ids\":true",
                "\"return_prompt_text\":true",
                "\"kv_transfer_params\":{\"a\":1}",
                "\"repetition_detection\":{\"a\":1}",
                "\"thinking_token_budget\":5",
                "\"truncation_side\":\"middle\""
            })
    void refusesByNameWhatItDoesNotDo(String field) throws Exception {
        String name = field.substring(1, field.indexOf('"', 1));

        assertThat(refusal("/v1/completions", "{\"prompt\":\"a\",%s}".formatted(field)))
                .isEqualTo(name);
        assertThat(refusal(CHATS, "{%s,%s}".formatted(HI, field))).isEqualTo(name);
    }

    @Test
    void takesThemWhereTheyAskForNothing() throws Exception {
        String nothing =
                "\"use_beam_search\":false,\"allowed_token_ids\":null,\"bad_words\":[],\"priority\":0,\"cache_salt\":\"\",\"kv_transfer_params\":{},"
                        + "\"thinking_token_budget\":-1,\"request_id\":\"r\",\"vllm_xargs\":{\"a\":1},\"length_penalty\":1.0,\"stream_interval\":4";

        assertThat(prompt("/v1/completions", "{\"prompt\":\"a\",%s}".formatted(nothing)))
                .isEqualTo("<s> a");
        assertThat(prompt(CHATS, "{%s,\"echo\":false,%s}".formatted(HI, nothing)))
                .isEqualTo("[user]Hi[assistant]");
    }

    @Test
    void responsesTakeWhatIsForThem() throws Exception {
        assertThat(prompt("/v1/responses", "{\"input\":\"Hi\",\"reasoning\":{\"effort\":\"low\"}}"))
                .isEqualTo("[user]Hi[effort]low[assistant]");
        assertThat(refusal("/v1/responses", "{\"input\":\"Hi\",\"cache_salt\":\"secret\"}"))
                .isEqualTo("cache_salt");
        SERVER.engine.say("one.two");
        HttpResponse<String> response = SERVER.send(
                "POST", "/v1/responses", "{\"input\":\"Hi\",\"stop\":\".\",\"include_stop_str_in_output\":true}");
        assertThat(TestGateway.json(response).at("/output/0/content/0/text").asText())
                .isEqualTo("one.");
    }

    @Test
    void refusesTheUsageInEveryChunk() throws Exception {
        assertThat(refusal(
                        "/v1/completions",
                        "{\"prompt\":\"a\",\"stream\":true,\"stream_options\":{\"continuous_usage_stats\":true}}"))
                .isEqualTo("stream_options.continuous_usage_stats");
    }
}
