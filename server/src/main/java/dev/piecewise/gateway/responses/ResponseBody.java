package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.engine.Sampling;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.Usage;
import dev.piecewise.gateway.http.ErrorBody;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.tools.Tool;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Renders the response object, in every state that it goes through. */
final class ResponseBody {
    /** Fields of the request that a response gives back as they came, with what stands for those left out. */
    private static final List<String> GIVEN_BACK = List.of("instructions", "max_output_tokens", "previous_response_id");

    /** Such fields that have to be left out, as OpenAI's specification has it. */
    static final List<String> GIVEN_BACK_IF_THERE = List.of("user", "safety_identifier", "prompt_cache_key");

    private final String id;
    private final long created;
    private final String model;
    private final ResponsesRequest request;
    private final ServedBy servedBy;

    ResponseBody(String id, long created, String model, ResponsesRequest request, ServedBy servedBy) {
        this.id = id;
        this.created = created;
        this.model = model;
        this.request = request;
        this.servedBy = servedBy;
    }

    /**
     * Where a response has come to.
     *
     * @param status OpenAI's word
     * @param incomplete why it is incomplete
     */
    record State(
            String status,
            List<ObjectNode> output,
            @Nullable Spent spent,
            @Nullable String incomplete,
            ErrorBody.@Nullable Detail error) {
        static final State QUEUED = new State("queued", List.of(), null, null, null);
        static final State BEGUN = new State("in_progress", List.of(), null, null, null);
    }

    /** What a response took; tokens of thoughts as the tokenizer counts their text. */
    record Spent(Usage usage, int thoughtTokens) {}

    ObjectNode render(State state) {
        Fields fields = request.fields();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("id", id).put("object", "response").put("created_at", created).put("status", state.status());
        body.put("background", request.isBackground());
        ErrorBody.Detail error = state.error();
        body.set("error", error == null ? NullNode.instance : error(error));
        body.set("incomplete_details", incomplete(state.incomplete()));
        for (String field : GIVEN_BACK) {
            body.set(field, fields.value(field).orElse(NullNode.instance));
        }
        for (String field : GIVEN_BACK_IF_THERE) {
            fields.value(field).ifPresent(value -> body.set(field, value));
        }
        body.set("metadata", fields.value("metadata").orElseGet(JsonNodeFactory.instance::objectNode));
        body.put("model", model);
        body.putArray("output").addAll(state.output());
        body.put("parallel_tool_calls", request.tools().parallel());
        Optional<String> effort = fields.object("reasoning").flatMap(reasoning -> reasoning.text("effort"));
        body.putObject("reasoning").put("effort", effort.orElse(null)).putNull("summary");
        body.put("service_tier", "default").put("store", request.stores());
        Sampling sampling = request.completion().decoding().sampling();
        body.put("temperature", sampling.temperature()).put("top_p", sampling.topP());
        body.put("top_logprobs", Math.max(0, sampling.logprobs()));
        body.putObject("text").set("format", request.format().given());
        body.set("tool_choice", fields.value("tool_choice").orElse(JsonNodeFactory.instance.textNode("auto")));
        for (Tool tool : request.tools().tools()) {
            body.withArray("tools").add(tool(tool));
        }
        if (request.tools().tools().isEmpty()) {
            body.putArray("tools");
        }
        body.put("truncation", ResponsesRequest.truncation(fields));
        Spent spent = state.spent();
        if (spent != null) {
            body.set("usage", usage(spent));
        }
        body.set("piecewise", Json.tree(servedBy));
        return body;
    }

    private static JsonNode tool(Tool tool) {
        ObjectNode flat = JsonNodeFactory.instance.objectNode().put("type", "function");
        flat.setAll((ObjectNode) tool.function());
        if (!flat.has("strict")) {
            flat.put("strict", false);
        }
        return flat;
    }

    private static JsonNode error(ErrorBody.Detail error) {
        return JsonNodeFactory.instance.objectNode().put("code", error.code()).put("message", error.message());
    }

    private static JsonNode incomplete(@Nullable String reason) {
        return reason == null
                ? NullNode.instance
                : JsonNodeFactory.instance.objectNode().put("reason", reason);
    }

    private static JsonNode usage(Spent spent) {
        Usage usage = spent.usage();
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("input_tokens", usage.promptTokens());
        body.putObject("input_tokens_details")
                .put("cached_tokens", usage.promptTokensDetails().cachedTokens())
                .put("cache_write_tokens", 0);
        body.put("output_tokens", usage.completionTokens());
        body.putObject("output_tokens_details").put("reasoning_tokens", spent.thoughtTokens());
        return body.put("total_tokens", usage.totalTokens());
    }
}
