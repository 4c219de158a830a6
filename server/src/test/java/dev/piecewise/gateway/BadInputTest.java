package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hostile or broken client may ask of chats and responses: a clear answer, soon, and the next request is served as ever. */
@Timeout(120)
final class BadInputTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    private static final List<String> VALUES =
            List.of("7", "-1.5", "\"a\"", "true", "[]", "{}", "[7]", "{\"a\":7}", "[[]]", "1e400");
    private static final String CHAT = "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]";
    private static final String RESPONSE = "\"input\":\"a\"";

    @BeforeEach
    void answerAtOnce() {
        SERVER.engine.say("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model",
                "messages",
                "max_tokens",
                "max_completion_tokens",
                "temperature",
                "top_p",
                "top_k",
                "min_p",
                "n",
                "stream",
                "stream_options",
                "logprobs",
                "top_logprobs",
                "stop",
                "seed",
                "presence_penalty",
                "frequency_penalty",
                "repetition_penalty",
                "logit_bias",
                "ignore_eos",
                "min_tokens",
                "user",
                "return_token_ids",
                "piecewise",
                "tools",
                "tool_choice",
                "parallel_tool_calls",
                "response_format",
                "structured_outputs",
                "guided_json",
                "guided_regex",
                "guided_choice",
                "chat_template_kwargs",
                "documents",
                "add_generation_prompt",
                "continue_final_message",
                "modalities",
                "reasoning_effort",
                "verbosity",
                "service_tier",
                "prompt_cache_key",
                "prompt_cache_retention",
                "safety_identifier",
                "prediction",
                "web_search_options",
                "store",
                "metadata",
                "truncate_prompt_tokens",
                "truncation_side",
                "prompt_logprobs",
                "add_special_tokens",
                "include_stop_str_in_output",
                "skip_special_tokens",
                "thinking_token_budget",
                "request_id",
                "vllm_xargs",
                "echo"
            })
    void aChatNamesTheFieldThatIsOfTheWrongType(String field) throws Exception {
        namesTheField("/v1/chat/completions", field.equals("messages") ? "" : CHAT + ",", field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model",
                "input",
                "instructions",
                "previous_response_id",
                "tools",
                "tool_choice",
                "parallel_tool_calls",
                "max_output_tokens",
                "temperature",
                "top_p",
                "top_logprobs",
                "text",
                "store",
                "stream",
                "include",
                "truncation",
                "background",
                "metadata",
                "user",
                "piecewise",
                "safety_identifier",
                "prompt_cache_key",
                "conversation",
                "prompt",
                "reasoning",
                "service_tier",
                "prompt_cache_retention",
                "stream_options",
                "context_management"
            })
    void aResponseNamesTheFieldThatIsOfTheWrongType(String field) throws Exception {
        namesTheField("/v1/responses", field.equals("input") ? "" : RESPONSE + ",", field);
    }

    /** Of any field some values are refused, and none is a fault. */
    private static void namesTheField(String path, String others, String field) throws Exception {
        List<String> refused = new ArrayList<>();
        for (String value : VALUES) {
            HttpResponse<String> response = SERVER.send("POST", path, "{%s\"%s\":%s}".formatted(others, field, value));

            assertThat(response.statusCode()).as(value + ": " + response.body()).isIn(200, 400, 404);
            if (response.statusCode() != 200) {
                JsonNode error = TestGateway.json(response).path("error");
                assertThat(error.path("param").asText()).as(value).startsWith(field);
                assertThat(error.path("message").asText()).as(value).isNotEmpty();
                refused.add(value);
            }
        }
        assertThat(refused).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"$ref":"#"}                                                                                     | refers to itself
            {"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}                 | refers to itself
            {"type":"string","pattern":"^((((a{99}){99}){99}){99})$"}                                        | too large
            {"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}                               | allows nothing
            {"properties":{"a":{"not":{"type":"string"}}}}                                                   | properties.a.not
            """)
    void aSchemaThatCannotBeHonouredIsRefusedWhereverItStands(String schema, String message) throws Exception {
        String format = "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":%s}}".formatted(schema);
        refused("/v1/chat/completions", CHAT + ",\"response_format\":" + format, "response_format", message);
        refused("/v1/chat/completions", CHAT + ",\"guided_json\":" + schema, "guided_json", message);
        String flat = "{\"format\":{\"type\":\"json_schema\",\"name\":\"a\",\"schema\":%s}}".formatted(schema);
        refused("/v1/responses", RESPONSE + ",\"text\":" + flat, "text.format", message);
    }

    /** Each definition refers to the next one twice: 2 to the power of 50 objects if they were written out. */
    @Test
    void aSchemaOfExponentialSizeIsNotWrittenOut() throws Exception {
        StringBuilder definitions = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            definitions.append(
                    "\"d%1$d\":{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/d%2$d\"},\"b\":{\"$ref\":\"#/$defs/d%2$d\"}}},"
                            .formatted(i, i + 1));
        }
        String schema = "{\"$ref\":\"#/$defs/d0\",\"$defs\":{%s\"d50\":{\"type\":\"null\"}}}".formatted(definitions);

        HttpResponse<String> response = ask("/v1/chat/completions", CHAT + ",\"guided_json\":" + schema);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    @Test
    void aTemplateThatDoesNotEndIsStopped() throws Exception {
        long begun = System.nanoTime();

        refused(
                "/v1/chat/completions",
                CHAT + ",\"chat_template_kwargs\":{\"spin\":99999}",
                "messages",
                "does more than is allowed");

        assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c328", "ff", "c080", "eda080", "f888808080", "e282"})
    void aBodyThatIsNotUtf8IsRefused(String bytes) throws Exception {
        List<List<String>> requests = List.of(
                List.of("/v1/completions", "{\"prompt\":\"", "\"}"),
                List.of("/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"", "\"}]}"),
                List.of("/v1/responses", "{\"input\":\"", "\"}"));
        for (List<String> request : requests) {
            try (RawClient client = new RawClient(SERVER.port)) {
                client.write(post(request.get(0), request.get(1), HexFormat.of().parseHex(bytes), request.get(2)));

                assertThat(client.readUntil("\"type\":\"invalid_request_error\""))
                        .startsWith("HTTP/1.1 400")
                        .containsPattern("not valid JSON|not UTF-8|surrogate|NUL");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/chat/completions | {"stream":true,"messages":[{"role":"user","content":"a"}]}
            /v1/chat/completions | {"messages":[{"role":"user","content":"a"}]}
            /v1/responses        | {"stream":true,"input":"a"}
            /v1/responses        | {"input":"a"}
            """)
    void aClientThatLeavesEndsWhatItAskedFor(String path, String body) throws Exception {
        SERVER.engine.script(generation -> {});
        ScriptedEngine.Scripted generation;
        try (RawClient client = new RawClient(SERVER.port)) {
            client.post(path, body);
            generation = SERVER.engine.next();
            generation.say("Hel");
        }

        assertThat(generation.awaitClosed()).isTrue();
    }

    @Test
    void clientsThatLeaveAmidTheirBodiesLeaveNothingBehind() throws Exception {
        for (int i = 0; i < 200; i++) {
            try (RawClient client = new RawClient(SERVER.port)) {
                client.write(
                        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{\"messages\":[");
            }
        }

        assertThat(ask("/v1/chat/completions", CHAT).statusCode()).isEqualTo(200);
    }

    private static void refused(String path, String fields, String param, String message) throws Exception {
        HttpResponse<String> response = ask(path, fields);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = TestGateway.json(response).path("error");
        assertThat(error.path("param").asText()).startsWith(param);
        assertThat(error.path("message").asText()).contains(message);
    }

    private static HttpResponse<String> ask(String path, String fields) throws Exception {
        return SERVER.send("POST", path, "{" + fields + "}");
    }

    private static byte[] post(String path, String before, byte[] bytes, String after) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        int length = before.length() + bytes.length + after.length();
        request.writeBytes("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(path, length, before)
                .getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(bytes);
        request.writeBytes(after.getBytes(StandardCharsets.US_ASCII));
        return request.toByteArray();
    }
}
