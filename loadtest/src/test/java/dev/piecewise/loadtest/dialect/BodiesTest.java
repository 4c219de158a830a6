package dev.piecewise.loadtest.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.loadtest.workload.Ask;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class BodiesTest {
    private static final People PEOPLE = People.of("u{n}", "{model}-lora-{n}", "m");

    @Test
    void piecewiseIsToldTheUserAndTheModeAndNobodyGetsTheBase() throws IOException {
        assertThat(body(Dialect.PIECEWISE, Api.COMPLETIONS, 3)).isEqualTo(json("""
                {"model":"m","prompt":"hello","max_tokens":4,"temperature":0.0,"seed":1,"stream_options":{"include_usage":true},
                 "stream":true,"min_tokens":4,"user":"u3","piecewise":{"mode":"assembled"}}"""));
        assertThat(body(Dialect.PIECEWISE, Api.COMPLETIONS, -1)
                        .path("piecewise")
                        .path("mode")
                        .asText())
                .isEqualTo("base");
        assertThat(body(Dialect.PIECEWISE, Api.COMPLETIONS, -1).has("user")).isFalse();
    }

    @Test
    void openAiIsAskedWithNothingOfOthers() throws IOException {
        assertThat(body(Dialect.OPENAI, Api.CHAT, 3)).isEqualTo(json("""
                {"model":"m","messages":[{"role":"user","content":"hello"}],"max_tokens":4,"temperature":0.0,"seed":1,
                 "stream_options":{"include_usage":true},"stream":true,"user":"u3"}"""));
        assertThat(body(Dialect.OPENAI, Api.RESPONSES, -1)).isEqualTo(json("""
                {"model":"m","input":"hello","store":false,"max_output_tokens":4,"temperature":0.0,"stream":true}"""));
    }

    @Test
    void vllmIsAskedForTheAdapterAsAModel() {
        assertThat(body(Dialect.VLLM, Api.COMPLETIONS, 3).path("model").asText())
                .isEqualTo("m-lora-3");
        assertThat(body(Dialect.VLLM, Api.COMPLETIONS, -1).path("model").asText())
                .isEqualTo("m");
        assertThat(body(Dialect.VLLM, Api.COMPLETIONS, 3).has("user")).isFalse();
        assertThat(body(Dialect.VLLM, Api.COMPLETIONS, 3).path("min_tokens").asInt())
                .isEqualTo(4);
    }

    @Test
    void llamaCppIsGivenAListInWhichTheBaseIsAnAdapterOfScaleZero() throws IOException {
        People numbers = People.sharing("u{n}", List.of("0", "1"));
        assertThat(body(Dialect.LLAMACPP, Api.COMPLETIONS, 3, numbers).path("lora"))
                .isEqualTo(json("{\"lora\":[{\"id\":1,\"scale\":1.0}]}").path("lora"));
        assertThat(body(Dialect.LLAMACPP, Api.COMPLETIONS, -1, numbers).path("lora"))
                .isEqualTo(json("{\"lora\":[{\"id\":0,\"scale\":0.0}]}").path("lora"));
        assertThat(body(Dialect.LLAMACPP, Api.COMPLETIONS, -1, numbers).path("ignore_eos"))
                .isEqualTo(json("true"));
    }

    @Test
    void extraFieldsGoOverAllOthers() throws IOException {
        ObjectNode extra = (ObjectNode) json("{\"temperature\":0.5,\"cache_prompt\":false}");
        Bodies bodies = new Bodies(
                target(Dialect.LLAMACPP, Api.COMPLETIONS),
                PEOPLE,
                new Bodies.Options(Optional.empty(), false, 0, extra));
        JsonNode body = bodies.body(ask(-1));
        assertThat(body.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(body.path("cache_prompt").asBoolean(true)).isFalse();
        assertThat(body.has("ignore_eos")).isFalse();
        assertThat(body.has("min_tokens")).isFalse();
    }

    @Test
    void aListOfUsersHasANameAndPerhapsAnAdapterInALine() {
        assertThat(People.parse(List.of("ann", "", "# nobody", "  ben\tlora-7 ")))
                .containsExactly(new Person("ann", "ann"), new Person("ben", "lora-7"));
    }

    @Test
    void anAddressMayEndWithThePathOfTheApi() {
        assertThat(Target.parse("http://h:1/v1/")).isEqualTo(URI.create("http://h:1"));
        assertThat(Target.parse("h:1")).isEqualTo(URI.create("http://h:1"));
        assertThat(Target.parse("https://h/llm/v1")).isEqualTo(URI.create("https://h/llm"));
        assertThat(target(Dialect.OPENAI, Api.WEBSOCKET).socketUri()).isEqualTo(URI.create("ws://h:1/v1/responses"));
        for (String wrong : List.of("", "ftp://h", "http://", "http://a b")) {
            assertThatThrownBy(() -> Target.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static ObjectNode body(Dialect dialect, Api api, int user) {
        return body(dialect, api, user, PEOPLE);
    }

    private static ObjectNode body(Dialect dialect, Api api, int user, People people) {
        Bodies.Options options = new Bodies.Options(
                Optional.of("assembled"), true, 0, Bodies.Options.plain().extra());
        return new Bodies(target(dialect, api), people, options).body(ask(user));
    }

    private static Target target(Dialect dialect, Api api) {
        return new Target(URI.create("http://h:1"), Optional.empty(), "m", dialect, api, Duration.ofSeconds(1));
    }

    private static Ask ask(int user) {
        return new Ask(0, user < 0 ? OptionalInt.empty() : OptionalInt.of(user), "hello", 4, 1);
    }

    /** Numbers as wide as they are written by the code under test. */
    private static JsonNode json(String text) throws IOException {
        JsonNode node = new ObjectMapper().readTree(text);
        if (node instanceof ObjectNode object && object.has("seed")) {
            object.put("seed", object.get("seed").asLong());
        }
        return node;
    }
}
