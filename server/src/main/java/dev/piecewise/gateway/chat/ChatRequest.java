package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.Backend;
import dev.piecewise.gateway.completion.CompletionRequest;
import dev.piecewise.gateway.completion.Decoding;
import dev.piecewise.gateway.completion.IgnoredFields;
import dev.piecewise.gateway.completion.Metadata;
import dev.piecewise.gateway.completion.Prompt;
import dev.piecewise.gateway.completion.Reading;
import dev.piecewise.gateway.completion.Recipient;
import dev.piecewise.gateway.completion.RefusedFields;
import dev.piecewise.gateway.completion.Rendering;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.tools.CallFormat;
import dev.piecewise.gateway.tools.Thinking;
import dev.piecewise.gateway.tools.Toolbox;
import dev.piecewise.tenant.Caller;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for chat completions as it came, every field checked and its messages made a prompt.
 *
 * @param thoughts whether what is thought, and told apart, is given
 */
record ChatRequest(CompletionRequest completion, Toolbox tools, Thinking thinking, boolean thoughts, Keeping keeping) {
    private static final int MOST_LOGPROBS = 20;
    private static final IgnoredFields IGNORED = new IgnoredFields(
            List.of("verbosity", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"),
            List.of("prediction", "prompt_cache_options"),
            List.of());
    private static final List<String> REFUSED =
            List.of("functions", "function_call", "audio", "chat_template", "moderation", "web_search_options");

    /**
     * Whether and how the answer is kept.
     *
     * @param messages the request's, as they came
     */
    record Keeping(boolean store, Metadata metadata, JsonNode messages) {
        static Keeping parse(Fields fields) {
            return new Keeping(
                    fields.flag("store"),
                    Metadata.parse(fields),
                    fields.value("messages").orElseThrow());
        }
    }

    static ChatRequest parse(Fields fields, Backend backend, Caller caller) {
        CompletionRequest.checkModel(fields, backend.model());
        refuse(fields);
        Toolbox tools = Toolbox.parse(fields, Toolbox.Form.NESTED);
        Conversation conversation = conversation(fields, tools);
        int choices = fields.integer("n", 1, 1, CompletionRequest.MOST_CHOICES);
        Set<Integer> shown = tools.mayCall() ? backend.model().callMarkers() : Set.of();
        CompletionRequest.Output output = output(fields, shown);
        Recipient recipient = Recipient.parse(fields, caller);
        int maxLength = backend.engine().maxLength();
        int[] prompt =
                conversation.encode(backend.model(), maxLength, Reading.parse(fields, false), maxTokens(fields, 0));
        int maxTokens = maxTokens(fields, maxLength - prompt.length);
        Decoding asked = Decoding.parse(
                fields, backend.model().vocabulary(), maxTokens, output.scores().most());
        Decoding decoding =
                tools.demand(backend.model().callFormat()).map(asked::with).orElse(asked);
        return new ChatRequest(
                new CompletionRequest(
                        List.of(new Prompt.Tokens(prompt)),
                        maxTokens,
                        choices,
                        decoding,
                        output,
                        recipient,
                        Reading.TEMPLATE),
                tools,
                Answer.thinking(prompt, decoding, backend.model()),
                fields.value("include_reasoning").isEmpty() || fields.flag("include_reasoning"),
                Keeping.parse(fields));
    }

    /** The request's messages, as they came. */
    JsonNode messages() {
        return keeping.messages();
    }

    /** What reads one of its answers. */
    Answer answer(CallFormat format) {
        return new Answer(tools, format, thinking, thoughts);
    }

    /** Left out, an answer may fill the rest of the context. */
    private static int maxTokens(Fields fields, int rest) {
        int old = fields.integer("max_tokens", rest, 1, Integer.MAX_VALUE);
        return fields.integer("max_completion_tokens", old, 1, Integer.MAX_VALUE);
    }

    private static Conversation conversation(Fields fields, Toolbox tools) {
        boolean continueFinal = fields.flag("continue_final_message");
        boolean generationPrompt =
                fields.value("add_generation_prompt").isEmpty() ? !continueFinal : fields.flag("add_generation_prompt");
        if (continueFinal && generationPrompt) {
            throw ServingException.invalid(
                    "continue_final_message", "continue_final_message needs add_generation_prompt to be false");
        }
        Map<String, @Nullable Object> variables = new HashMap<>();
        fields.text("reasoning_effort").ifPresent(effort -> variables.put("reasoning_effort", effort));
        fields.value("chat_template_kwargs")
                .ifPresent(value -> variables.putAll(Json.map(object("chat_template_kwargs", value))));
        fields.list("documents", "a list").ifPresent(value -> variables.put("documents", Json.list(value)));
        return new Conversation("messages", Messages.parse(fields), tools, generationPrompt, continueFinal, variables);
    }

    private static JsonNode object(String name, JsonNode value) {
        if (!value.isObject()) {
            throw Fields.expected(name, "an object", value);
        }
        return value;
    }

    private static CompletionRequest.Output output(Fields fields, Set<Integer> shown) {
        boolean stream = fields.flag("stream");
        boolean logprobs = fields.flag("logprobs");
        Optional<Integer> top = fields.integer("top_logprobs", 0, MOST_LOGPROBS).stream()
                .boxed()
                .findFirst();
        if (top.orElse(0) > 0 && !logprobs) {
            throw ServingException.invalid("top_logprobs", "top_logprobs needs logprobs to be true");
        }
        return new CompletionRequest.Output(
                stream,
                CompletionRequest.usage(fields, stream),
                false,
                CompletionRequest.Scores.parse(fields, logprobs ? top.orElse(0) : -1, stream),
                fields.flag("return_token_ids"),
                Rendering.parse(fields, shown));
    }

    private static void refuse(Fields fields) {
        RefusedFields.checkChat(fields);
        IGNORED.check(fields);
        for (String field : REFUSED) {
            if (fields.value(field).isPresent()) {
                throw ServingException.invalid(
                        field, field + " is not supported" + (field.startsWith("function") ? ": use tools" : ""));
            }
        }
        fields.list("modalities", "a list").ifPresent(value -> {
            value.forEach(modality -> {
                if (!modality.asText().equals("text")) {
                    throw ServingException.invalid("modalities", "modalities must be text alone");
                }
            });
        });
    }
}
