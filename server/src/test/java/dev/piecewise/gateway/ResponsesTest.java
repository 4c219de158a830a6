package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class ResponsesTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    private static final String TOOLS =
            ",\"tools\":[{\"type\":\"function\",\"name\":\"now\",\"parameters\":{\"type\":\"object\"}}]";
    private static final String CALL = "<tool_call>{\"name\": \"now\", \"arguments\": {\"a\": 1}}</tool_call>";

    @Test
    void answersWithTheShapeThatOpenAiHas() throws Exception {
        SERVER.engine.say("Hello");

        HttpResponse<String> response = ask("\"input\":\"Hi\",\"instructions\":\"Be.\",\"metadata\":{\"a\":\"b\"}");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("X-Piecewise-Adapter")).hasValue("base;ba5e");
        JsonNode body = TestGateway.json(response);
        assertThat(body.path("id").asText()).matches("resp_[0-9a-f]{32}");
        assertThat(body.path("object").asText()).isEqualTo("response");
        assertThat(body.path("status").asText()).isEqualTo("completed");
        assertThat(body.at("/output/0").toString().replaceAll("msg_[0-9a-f]{32}", "ID"))
                .isEqualTo(
                        "{\"id\":\"ID\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
                                + "\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"Hello\"}]}");
        assertThat(body.at("/usage/output_tokens").asInt()).isEqualTo(5);
        assertThat(body.path("instructions").asText()).isEqualTo("Be.");
        assertThat(body.at("/metadata/a").asText()).isEqualTo("b");
        assertThat(body.at("/piecewise/mode").asText()).isEqualTo("base");
        assertThat(prompt()).isEqualTo("[system]Be.[user]Hi[assistant]");
    }

    @Test
    void leavesOutWhoAskedUnlessTheRequestSaid() throws Exception {
        SERVER.engine.say("Hello");

        assertThat(ask("\"input\":\"Hi\"").body())
                .doesNotContain("\"user\"")
                .contains("\"usage\":{")
                .doesNotContain("\"safety_identifier\"")
                .doesNotContain("\"prompt_cache_key\"");
        assertThat(events(ask("\"input\":\"Hi\",\"stream\":true")))
                .noneMatch(event -> event.at("/response/usage").isNull());
        JsonNode named = TestGateway.json(
                ask("\"input\":\"Hi\",\"user\":\"u9\",\"safety_identifier\":\"s\",\"prompt_cache_key\":\"k\""));
        assertThat(named.path("user").asText()).isEqualTo("u9");
        assertThat(named.path("safety_identifier").asText()).isEqualTo("s");
        assertThat(named.path("prompt_cache_key").asText()).isEqualTo("k");
    }

    @Test
    void saysEverythingInTheOrderThatClientsExpect() throws Exception {
        SERVER.engine.say("Hi");

        HttpResponse<String> response = ask("\"input\":\"Hi\",\"stream\":true");

        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        List<JsonNode> events = events(response);
        assertThat(events)
                .extracting(event -> event.path("type").asText())
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
        }
        assertThat(events.get(4).path("item_id")).isEqualTo(events.get(2).at("/item/id"));
        assertThat(events.get(6).path("text").asText()).isEqualTo("Hi");
        assertThat(events.getLast().at("/response/output/0/content/0/text").asText())
                .isEqualTo("Hi");
        assertThat(events.getFirst().at("/response/id"))
                .isEqualTo(events.getLast().at("/response/id"));
    }

    @Test
    void saysCallsAsItemsOfTheirOwn() throws Exception {
        SERVER.engine.say("Well." + CALL);

        List<JsonNode> events = events(ask("\"input\":\"Hi\",\"stream\":true" + TOOLS));

        assertThat(events.subList(events.size() - 8, events.size()))
                .extracting(event -> event.path("type").asText())
                .containsExactly(
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
        JsonNode output = events.getLast().at("/response/output");
        assertThat(output.at("/0/content/0/text").asText()).isEqualTo("Well.");
        assertThat(output.at("/1/type").asText()).isEqualTo("function_call");
        assertThat(output.at("/1/arguments").asText()).isEqualTo("{\"a\": 1}");
        assertThat(output.at("/1/status").asText()).isEqualTo("completed");
    }

    @Test
    void continuesAnEarlierResponseByItsId() throws Exception {
        SERVER.engine.say(CALL);
        JsonNode first = TestGateway.json(ask("\"input\":\"Hi\",\"instructions\":\"Once.\",\"user\":\"u1\"" + TOOLS));
        SERVER.engine.next();
        SERVER.engine.say("It is noon.");

        String id = first.path("id").asText();
        String call = first.at("/output/0/call_id").asText();
        HttpResponse<String> second = ask("\"previous_response_id\":\"%s\",\"user\":\"u1\",\"input\":[".formatted(id)
                + "{\"type\":\"function_call_output\",\"call_id\":\"%s\",\"output\":\"12\"}]".formatted(call));

        assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
        assertThat(TestGateway.json(second).path("previous_response_id").asText())
                .isEqualTo(id);
        assertThat(prompt())
                .isEqualTo("[user]Hi[assistant]<tool_call>{\"name\": \"now\", \"arguments\": {\"a\": 1}}</tool_call>"
                        + "[tool]12[assistant]");
    }

    @Test
    void keepsResponsesApartByUserAndForgetsThemWithTheUser() throws Exception {
        SERVER.engine.say("x");
        SERVER.send("PUT", "/v1/users/u2", "");
        String id = TestGateway.json(ask("\"input\":\"Hi\",\"user\":\"u2\""))
                .path("id")
                .asText();
        String next = "\"input\":\"Hi\",\"previous_response_id\":\"%s\"".formatted(id);

        assertThat(ask(next).statusCode()).isEqualTo(400);
        assertThat(ask(next + ",\"user\":\"u3\"").statusCode()).isEqualTo(400);
        assertThat(ask(next + ",\"user\":\"u2\"").statusCode()).isEqualTo(200);
        assertThat(SERVER.send("DELETE", "/v1/users/u2", "").statusCode()).isEqualTo(200);
        assertThat(ask(next + ",\"user\":\"u2\"").statusCode()).isEqualTo(400);
        assertThat(SERVER.get("/v1/responses/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void givesAndDeletesStoredResponses() throws Exception {
        SERVER.engine.say("x");
        HttpResponse<String> made = ask("\"input\":\"Hi\"");
        String id = TestGateway.json(made).path("id").asText();

        assertThat(SERVER.get("/v1/responses/" + id).body()).isEqualTo(made.body());
        assertThat(SERVER.send("DELETE", "/v1/responses/" + id, "").statusCode())
                .isEqualTo(200);
        assertThat(SERVER.get("/v1/responses/" + id).statusCode()).isEqualTo(404);

        String unstored = TestGateway.json(ask("\"input\":\"Hi\",\"store\":false"))
                .path("id")
                .asText();
        assertThat(SERVER.get("/v1/responses/" + unstored).statusCode()).isEqualTo(404);
    }

    @Test
    void saysWhenAnAnswerIsIncomplete() throws Exception {
        SERVER.engine.script(generation -> generation.say("x").finish(FinishReason.LENGTH));

        JsonNode body = TestGateway.json(ask("\"input\":\"Hi\",\"max_output_tokens\":1"));

        assertThat(body.path("status").asText()).isEqualTo("incomplete");
        assertThat(body.at("/incomplete_details/reason").asText()).isEqualTo("max_output_tokens");
        assertThat(SERVER.engine.next().request.maxTokens()).isEqualTo(1);
    }

    @Test
    void endsAStreamThatFailsWithAFailedResponse() throws Exception {
        SERVER.engine.script(generation -> generation
                .say("x")
                .event(new TokenEvent.Failed(new ServingException(ErrorCode.INTERNAL, "the step failed"))));

        JsonNode last = events(ask("\"input\":\"Hi\",\"stream\":true")).getLast();

        assertThat(last.path("type").asText()).isEqualTo("response.failed");
        assertThat(last.at("/response/error/message").asText()).isEqualTo("the step failed");
    }

    @Test
    void givesBackTheEffortThatWasAskedFor() throws Exception {
        SERVER.engine.say("x");

        assertThat(TestGateway.json(ask("\"input\":\"Hi\",\"reasoning\":{\"effort\":\"low\"}"))
                        .path("reasoning"))
                .hasToString("{\"effort\":\"low\",\"summary\":null}");
        assertThat(TestGateway.json(ask("\"input\":\"Hi\"")).path("reasoning"))
                .hasToString("{\"effort\":null,\"summary\":null}");
    }

    @Test
    void givesLogprobsWhereTheyAreIncluded() throws Exception {
        SERVER.engine.say("a");

        JsonNode body = TestGateway.json(
                ask("\"input\":\"Hi\",\"include\":[\"message.output_text.logprobs\"],\"top_logprobs\":1"));

        assertThat(body.at("/output/0/content/0/logprobs/0/token").asText()).isEqualTo("a");
        assertThat(body.at("/output/0/content/0/logprobs/0/top_logprobs")).hasSize(1);
        SERVER.engine.say("\u00e9");
        JsonNode halves = TestGateway.json(
                ask("\"input\":\"Hi\",\"include\":[\"message.output_text.logprobs\"],\"top_logprobs\":1"));
        assertThat(halves.at("/output/0/content/0/logprobs/0/bytes")).hasToString("[195]");
        assertThat(halves.at("/output/0/content/0/logprobs/1/bytes")).hasToString("[169]");
        assertThat(halves.at("/output/0/content/0/logprobs/1/top_logprobs/0/bytes"))
                .hasToString("[169]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            input                  ¦ "input":null                                                     ¦ input is missing
            input                  ¦ "input":7                                                        ¦ input must be a string or a list of items, not 7
            input                  ¦ "input":[]                                                       ¦ input is an empty list
            input[0]               ¦ "input":["a"]                                                    ¦ input[0] must be an object, not a string
            input[0].type          ¦ "input":[{"type":"item_reference","id":"x"}]                     ¦ input[0].type must be message, function_call, function_call_output or reasoning
            input[0].role          ¦ "input":[{"role":"tool","content":"a"}]                          ¦ input[0].role must be system, developer, user or assistant
            input[0].content       ¦ "input":[{"role":"user"}]                                        ¦ input[0].content is missing
            input[0].content[0].type ¦ "input":[{"role":"user","content":[{"type":"input_image"}]}]   ¦ input[0].content[0].type input_image is not supported
            input[0].call_id       ¦ "input":[{"type":"function_call_output","call_id":"1","output":"a"}] ¦ input[0].call_id answers no call of an item before it
            input[0].arguments     ¦ "input":[{"type":"function_call","call_id":"1","name":"f","arguments":"{"}] ¦ input[0].arguments must be a JSON object
            instructions           ¦ "instructions":7                                                 ¦ instructions must be a string, not 7
            previous_response_id   ¦ "previous_response_id":"resp_0"                                  ¦ previous_response_id names no response of this user that is kept
            tools[0].type          ¦ "tools":[{"type":"web_search"}]                                  ¦ tools[0].type must be function
            tools[0].name          ¦ "tools":[{"type":"function"}]                                    ¦ tools[0].name is missing
            tool_choice.name       ¦ "tool_choice":{"type":"function","name":"f"}                     ¦ tool_choice.name names none of the tools
            max_output_tokens      ¦ "max_output_tokens":0                                            ¦ max_output_tokens must be from 1 to
            text.format.type       ¦ "text":{"format":{"type":"xml"}}                                 ¦ text.format.type must be text, json_object or json_schema
            text.format.schema     ¦ "text":{"format":{"type":"json_schema","name":"a"}}              ¦ text.format.schema is missing
            text                   ¦ "text":"json"                                                    ¦ text must be an object, not a string
            background             ¦ "background":true,"store":false                                  ¦ background needs store
            conversation           ¦ "conversation":"c"                                               ¦ conversation is not supported
            include[1]             ¦ "include":["a",7]                                                ¦ include[1] must be a string, not 7
            include                ¦ "include":"a"                                                    ¦ include must be a list, not a string
            metadata               ¦ "metadata":["a"]                                                 ¦ metadata must be an object, not an array
            safety_identifier      ¦ "safety_identifier":7                                            ¦ safety_identifier must be a string, not 7
            prompt_cache_key       ¦ "prompt_cache_key":{}                                            ¦ prompt_cache_key must be a string, not an object
            store                  ¦ "store":"yes"                                                    ¦ store must be true or false, not a string
            """)
    void namesTheFieldAndSaysWhatIsWrong(String param, String fields, String message) throws Exception {
        SERVER.engine.say("x");
        String input = fields.contains("\"input\"") ? "" : "\"input\":\"a\",";

        HttpResponse<String> response = ask(input + fields);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = TestGateway.json(response).path("error");
        assertThat(error.path("message").asText()).startsWith(message);
        assertThat(error.path("param").asText()).isEqualTo(param);
    }

    private static String prompt() throws Exception {
        GenerationRequest asked = SERVER.engine.next().request;
        return SERVER.tokenizer.decode(asked.prompt(), true);
    }

    private static HttpResponse<String> ask(String fields) throws Exception {
        return SERVER.send("POST", "/v1/responses", "{" + fields + "}");
    }

    private static List<JsonNode> events(HttpResponse<String> response) {
        return Arrays.stream(response.body().split("\n\n"))
                .map(event -> {
                    String[] lines = event.split("\n", 2);
                    JsonNode data = TestGateway.json(lines[1].substring("data: ".length()));
                    assertThat(lines[0]).isEqualTo("event: " + data.path("type").asText());
                    return data;
                })
                .toList();
    }
}
