package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class ChatTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    @Test
    void answersWithTheShapeThatOpenAiHas() throws Exception {
        SERVER.engine.say("Hello");

        HttpResponse<String> response = ask("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"model\":\"tiny\"");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("X-Piecewise-Adapter")).hasValue("base;ba5e");
        JsonNode body = TestGateway.json(response);
        assertThat(body.path("id").asText()).matches("chatcmpl-[0-9a-f]{32}");
        assertThat(body.path("object").asText()).isEqualTo("chat.completion");
        assertThat(body.at("/choices/0").toString())
                .isEqualTo("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\",\"refusal\":null},"
                        + "\"logprobs\":null,\"finish_reason\":\"stop\"}");
        assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(5);
        assertThat(body.at("/piecewise/mode").asText()).isEqualTo("base");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {"role":"user","content":"Hi"}                                                            ¦ [user]Hi[assistant]
            {"role":"system","content":"Be."},{"role":"user","content":"Hi"}                          ¦ [system]Be.[user]Hi[assistant]
            {"role":"developer","content":"Be."},{"role":"user","content":"Hi"}                       ¦ [system]Be.[user]Hi[assistant]
            {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}         ¦ [user]a~b[assistant]
            {"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"} ¦ [user]a[assistant]b[user]c[assistant]
            {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]},{"role":"tool","tool_call_id":"1","content":"2"} ¦ [assistant]<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>[tool]2[assistant]
            """)
    void makesAPromptOfTheMessages(String messages, String prompt) throws Exception {
        SERVER.engine.say("x");

        GenerationRequest asked = asked("\"messages\":[%s]".formatted(messages));

        assertThat(SERVER.tokenizer.decode(asked.prompt(), true)).isEqualTo(prompt.replace('~', '\n'));
    }

    @Test
    void letsAnAnswerFillTheRestOfTheContextUnlessToldOtherwise() throws Exception {
        SERVER.engine.say("x");

        GenerationRequest asked = asked("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]");
        assertThat(asked.maxTokens()).isEqualTo(ScriptedEngine.MAX_LENGTH - asked.prompt().length);
        assertThat(asked(hi(",\"max_tokens\":9")).maxTokens()).isEqualTo(9);
        assertThat(asked(hi(",\"max_tokens\":9,\"max_completion_tokens\":7")).maxTokens())
                .isEqualTo(7);
    }

    @Test
    void continuesTheLastMessageWhereThatIsAskedFor() throws Exception {
        SERVER.engine.say("x");

        GenerationRequest asked = asked("\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
                + "{\"role\":\"assistant\",\"content\":\"Once \"}],"
                + "\"continue_final_message\":true,\"add_generation_prompt\":false");

        assertThat(SERVER.tokenizer.decode(asked.prompt(), true)).isEqualTo("[user]a[assistant]Once");
    }

    @Test
    void writesLogprobsInChatsForm() throws Exception {
        SERVER.engine.say("a");

        JsonNode body = TestGateway.json(ask(hi(",\"logprobs\":true,\"top_logprobs\":1")));

        assertThat(body.at("/choices/0/logprobs").toString())
                .isEqualTo("{\"content\":[{\"token\":\"a\",\"logprob\":-0.5,\"bytes\":[97],"
                        + "\"top_logprobs\":[{\"token\":\"a\",\"logprob\":-0.5,\"bytes\":[97]}]}],\"refusal\":null}");
    }

    @Test
    void givesTheBytesOfATokenThatIsHalfACharacter() throws Exception {
        SERVER.engine.say("\u00e9");

        JsonNode body = TestGateway.json(ask(hi(",\"logprobs\":true,\"top_logprobs\":2")));

        JsonNode content = body.at("/choices/0/logprobs/content");
        assertThat(content.findValuesAsText("token").getFirst()).isEqualTo("\ufffd");
        assertThat(content.at("/0/bytes")).hasToString("[195]");
        assertThat(content.at("/1/bytes")).hasToString("[169]");
        assertThat(content.at("/1/top_logprobs/0/bytes")).hasToString("[169]");
        assertThat(content.at("/1/top_logprobs/1/bytes")).hasToString("[170]");
    }

    @Test
    void givesBackCallsThatTheModelMakes() throws Exception {
        SERVER.engine.say(
                "Let me see.\n<tool_call>\n{\"name\": \"now\", \"arguments\": {\"zone\": \"UTC\"}}\n</tool_call>");

        JsonNode choice = TestGateway.json(ask(hi(tools()))).at("/choices/0");

        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").asText()).isEqualTo("Let me see.");
        JsonNode call = choice.at("/message/tool_calls/0");
        assertThat(call.path("id").asText()).startsWith("call_");
        assertThat(call.path("type").asText()).isEqualTo("function");
        assertThat(call.path("function").toString())
                .isEqualTo("{\"name\":\"now\",\"arguments\":\"{\\\"zone\\\": \\\"UTC\\\"}\"}");
    }

    @Test
    void offersToolsToTheTemplateUnlessNoneMayBeCalled() throws Exception {
        assertThat(SERVER.tokenizer.decode(asked(hi(tools())).prompt(), true)).contains("[tools]now;");
        assertThat(SERVER.tokenizer.decode(
                        asked(hi(tools() + ",\"tool_choice\":\"none\"")).prompt(), true))
                .doesNotContain("[tools]");
        SERVER.engine.say("<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>");
        JsonNode message =
                TestGateway.json(ask(hi(tools() + ",\"tool_choice\":\"none\""))).at("/choices/0/message");
        assertThat(message.path("content").asText()).startsWith("<tool_call>");
        assertThat(message.has("tool_calls")).isFalse();
    }

    @Test
    void saysWhatTheTemplateRefuses() throws Exception {
        HttpResponse<String> response = ask(hi(",\"chat_template_kwargs\":{\"raise\":\"roles must alternate\"}"));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(response).at("/error/message").asText()).contains("roles must alternate");
    }

    @Test
    void refusesAConversationThatIsTooLong() throws Exception {
        HttpResponse<String> response =
                ask("\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]".formatted("z".repeat(600)));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(response).at("/error/code").asText()).isEqualTo("context_length_exceeded");
    }

    @Test
    void answersAFailureAsAnyOtherError() throws Exception {
        SERVER.engine.script(generation -> {
            throw new ServingException(ErrorCode.OVERLOADED, "full");
        });

        HttpResponse<String> response = ask(hi(",\"stream\":true"));

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            messages                                    ¦ "messages":null                                           ¦ messages is missing
            messages                                    ¦ "messages":"Hi"                                           ¦ messages must be a list, not a string
            messages                                    ¦ "messages":[]                                             ¦ messages is an empty list
            messages[0]                                 ¦ "messages":["Hi"]                                         ¦ messages[0] must be an object, not a string
            messages[0].role                            ¦ "messages":[{"content":"a"}]                              ¦ messages[0].role is missing
            messages[0].role                            ¦ "messages":[{"role":7}]                                   ¦ messages[0].role must be a string, not 7
            messages[0].role                            ¦ "messages":[{"role":"bot","content":"a"}]                 ¦ messages[0].role must be system, developer, user, assistant or tool
            messages[0].content                         ¦ "messages":[{"role":"user"}]                              ¦ messages[0].content is missing
            messages[0].content                         ¦ "messages":[{"role":"assistant","content":null}]          ¦ messages[0].content is missing
            messages[0].content                         ¦ "messages":[{"role":"user","content":7}]                  ¦ messages[0].content must be a string or a list of parts, not 7
            messages[0].content[0]                      ¦ "messages":[{"role":"user","content":["a"]}]              ¦ messages[0].content[0] must be an object, not a string
            messages[0].content[0].type                 ¦ "messages":[{"role":"user","content":[{"text":"a"}]}]     ¦ messages[0].content[0].type is missing
            messages[0].content[0].type                 ¦ "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"a"}}]}] ¦ messages[0].content[0].type image_url is not supported: the model reads text only
            messages[0].content[0].text                 ¦ "messages":[{"role":"user","content":[{"type":"text"}]}]  ¦ messages[0].content[0].text is missing
            messages[0].tool_call_id                    ¦ "messages":[{"role":"tool","content":"a"}]                ¦ messages[0].tool_call_id is missing
            messages[0].tool_call_id                    ¦ "messages":[{"role":"tool","content":"a","tool_call_id":"1"}] ¦ messages[0].tool_call_id answers no call of a message before it
            messages[0].tool_calls                      ¦ "messages":[{"role":"assistant","content":"a","tool_calls":{}}] ¦ messages[0].tool_calls must be a list, not an object
            messages[0].tool_calls[0].id                ¦ "messages":[{"role":"assistant","tool_calls":[{}]}]       ¦ messages[0].tool_calls[0].id is missing
            messages[0].tool_calls[0].function          ¦ "messages":[{"role":"assistant","tool_calls":[{"id":"1"}]}] ¦ messages[0].tool_calls[0].function is missing
            messages[0].tool_calls[0].function.arguments ¦ "messages":[{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":"[]"}}]}] ¦ messages[0].tool_calls[0].function.arguments must be a JSON object, written in a string
            tools                                       ¦ "tools":{}                                                ¦ tools must be a list, not an object
            tools[0].type                               ¦ "tools":[{}]                                              ¦ tools[0].type is missing
            tools[0].type                               ¦ "tools":[{"type":"web_search"}]                           ¦ tools[0].type must be function
            tools[0].function                           ¦ "tools":[{"type":"function"}]                             ¦ tools[0].function is missing
            tools[0].function.name                      ¦ "tools":[{"type":"function","function":{}}]               ¦ tools[0].function.name is missing
            tools[0].function.name                      ¦ "tools":[{"type":"function","function":{"name":"a b"}}]   ¦ tools[0].function.name must be 1 to 64 letters
            tools[0].function.parameters                ¦ "tools":[{"type":"function","function":{"name":"a","parameters":[]}}] ¦ tools[0].function.parameters must be an object, not an array
            tools[1]                                    ¦ "tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"a"}}] ¦ tools[1] has the name of another tool
            tool_choice                                 ¦ "tool_choice":"maybe"                                     ¦ tool_choice must be none, auto, required
            tool_choice                                 ¦ "tool_choice":7                                           ¦ tool_choice must be none, auto, required
            tool_choice                                 ¦ "tool_choice":"required"                                  ¦ tool_choice is required, and there are no tools
            tool_choice.function.name                   ¦ "tool_choice":{"type":"function","function":{"name":"f"}} ¦ tool_choice.function.name names none of the tools
            parallel_tool_calls                         ¦ "parallel_tool_calls":"no"                                ¦ parallel_tool_calls must be true or false, not a string
            logprobs                                    ¦ "logprobs":2                                              ¦ logprobs must be true or false, not 2
            top_logprobs                                ¦ "top_logprobs":2                                          ¦ top_logprobs needs logprobs to be true
            top_logprobs                                ¦ "logprobs":true,"top_logprobs":21                         ¦ top_logprobs must be from 0 to 20, not 21
            max_completion_tokens                       ¦ "max_completion_tokens":0                                 ¦ max_completion_tokens must be from 1 to
            n                                           ¦ "n":0                                                     ¦ n must be from 1 to 128, not 0
            functions                                   ¦ "functions":[]                                            ¦ functions is not supported: use tools
            web_search_options                          ¦ "web_search_options":{}                                   ¦ web_search_options is not supported
            modalities                                  ¦ "modalities":["audio"]                                    ¦ modalities must be text alone
            chat_template                               ¦ "chat_template":"x"                                       ¦ chat_template is not supported
            chat_template_kwargs                        ¦ "chat_template_kwargs":[]                                 ¦ chat_template_kwargs must be an object, not an array
            documents                                   ¦ "documents":{}                                            ¦ documents must be a list, not an object
            continue_final_message                      ¦ "continue_final_message":true,"add_generation_prompt":true ¦ continue_final_message needs add_generation_prompt to be false
            stream_options                              ¦ "stream_options":{}                                       ¦ stream_options is for streams
            temperature                                 ¦ "temperature":3                                           ¦ temperature must be from 0 to 2, not 3
            """)
    void namesTheFieldAndSaysWhatIsWrong(String param, String fields, String message) throws Exception {
        String messages =
                fields.contains("\"messages\"") ? "" : "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],";

        HttpResponse<String> response = ask(messages + fields);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = TestGateway.json(response).path("error");
        assertThat(error.path("message").asText()).startsWith(message);
        assertThat(error.path("param").asText()).isEqualTo(param);
    }

    private static String tools() {
        return ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"type\":\"object\"}}}]";
    }

    private static String hi(String fields) {
        return "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]" + fields;
    }

    private static HttpResponse<String> ask(String fields) throws Exception {
        return SERVER.send("POST", "/v1/chat/completions", "{" + fields + "}");
    }

    private static GenerationRequest asked(String fields) throws Exception {
        SERVER.engine.script(generation -> generation.say("x").finish(FinishReason.STOP));
        HttpResponse<String> response = ask(fields);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return SERVER.engine.next().request;
    }
}
