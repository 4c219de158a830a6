package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.chat.Answer;
import dev.piecewise.gateway.chat.Conversation;
import dev.piecewise.gateway.chat.Truncation;
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
import dev.piecewise.gateway.tools.Thinking;
import dev.piecewise.gateway.tools.Toolbox;
import dev.piecewise.tenant.Caller;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request for a response as it came, every field checked and its input made a prompt.
 *
 * @param messages the conversation without instructions, to be kept for the next turn
 * @param fields as they came, for those that the response gives back
 */
record ResponsesRequest(
        CompletionRequest completion,
        Toolbox tools,
        List<Map<String, @Nullable Object>> messages,
        TextFormat format,
        Thinking thinking,
        Fields fields) {
    private static final int MOST_LOGPROBS = 20;
    private static final List<String> REFUSED = List.of("conversation", "prompt");
    private static final IgnoredFields IGNORED = new IgnoredFields(
            List.of("service_tier", "prompt_cache_retention"),
            List.of("reasoning", "stream_options"),
            List.of("context_management"));

    /** {@code earlier}: the response that is continued. */
    static ResponsesRequest parse(Fields fields, Backend backend, Caller caller, Optional<Stored> earlier) {
        CompletionRequest.checkModel(fields, backend.model());
        refuse(fields);
        Toolbox tools = Toolbox.parse(fields, Toolbox.Form.FLAT);
        TextFormat format = TextFormat.parse(fields);
        List<Map<String, @Nullable Object>> messages =
                InputItems.parse(fields, earlier.map(Stored::messages).orElse(List.of()));
        CompletionRequest.Output output =
                output(fields, tools.mayCall() ? backend.model().callMarkers() : Set.of());
        int maxLength = backend.engine().maxLength();
        int[] prompt = prompt(fields, messages, tools, backend);
        int maxTokens = fields.integer("max_output_tokens", maxLength - prompt.length, 1, Integer.MAX_VALUE);
        Decoding asked = Decoding.parse(
                fields, backend.model().vocabulary(), maxTokens, output.scores().most());
        Decoding decoding = tools.demand(backend.model().callFormat())
                .or(format::demand)
                .map(asked::with)
                .orElse(asked);
        return new ResponsesRequest(
                new CompletionRequest(
                        List.of(new Prompt.Tokens(prompt)),
                        maxTokens,
                        1,
                        decoding,
                        output,
                        Recipient.parse(fields, caller),
                        Reading.TEMPLATE),
                tools,
                messages,
                format,
                Answer.thinking(prompt, decoding, backend.model()),
                fields);
    }

    /** Tokens of what the model reads. */
    int inputTokens() {
        return completion.prompts().getFirst() instanceof Prompt.Tokens(int[] ids) ? ids.length : 0;
    }

    /** Whether the response may be continued by its id later on. */
    boolean stores() {
        return isStored(fields);
    }

    private static boolean isStored(Fields fields) {
        return fields.value("store").isEmpty() || fields.flag("store");
    }

    /** Whether the response is made even when its client does not wait. */
    boolean isBackground() {
        return fields.flag("background");
    }

    /** Whether there is anything to generate; a WebSocket's client may send its context ahead. */
    boolean generates() {
        return fields.value("generate").isEmpty() || fields.flag("generate");
    }

    private static int[] prompt(
            Fields fields, List<Map<String, @Nullable Object>> messages, Toolbox tools, Backend backend) {
        int maxLength = backend.engine().maxLength();
        Function<List<Map<String, @Nullable Object>>, int[]> encode =
                kept -> conversation(fields, instructed(fields, kept), tools)
                        .encode(backend.model(), maxLength, Reading.TEMPLATE, 0);
        if (truncation(fields).equals("disabled")) {
            return encode.apply(messages);
        }
        int answer = fields.integer("max_output_tokens", 1, 1, Integer.MAX_VALUE);
        return new Truncation(messages, encode, maxLength - answer).prompt();
    }

    /** {@code auto}, where the beginning of the input may be left out, or {@code disabled}. */
    static String truncation(Fields fields) {
        String truncation = fields.text("truncation").orElse("disabled");
        if (!truncation.equals("disabled") && !truncation.equals("auto")) {
            throw ServingException.invalid("truncation", "truncation must be auto or disabled");
        }
        return truncation;
    }

    /** Templates are given the effort as chats give it to them. */
    private static Conversation conversation(
            Fields fields, List<Map<String, @Nullable Object>> messages, Toolbox tools) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        fields.object("reasoning")
                .flatMap(reasoning -> reasoning.text("effort"))
                .ifPresent(effort -> variables.put("reasoning_effort", effort));
        return new Conversation("input", messages, tools, true, false, variables);
    }

    private static List<Map<String, @Nullable Object>> instructed(
            Fields fields, List<Map<String, @Nullable Object>> messages) {
        Optional<String> instructions = fields.text("instructions").filter(text -> !text.isEmpty());
        if (instructions.isEmpty()) {
            return messages;
        }
        Map<String, @Nullable Object> system = new LinkedHashMap<>();
        system.put("role", "system");
        system.put("content", instructions.get());
        List<Map<String, @Nullable Object>> instructed = new ArrayList<>(messages.size() + 1);
        instructed.add(system);
        instructed.addAll(messages);
        return instructed;
    }

    private static CompletionRequest.Output output(Fields fields, Set<Integer> shown) {
        boolean logprobs = false;
        Optional<JsonNode> include = fields.list("include", "a list");
        if (include.isPresent()) {
            int number = 0;
            for (JsonNode what : include.get()) {
                logprobs |= Fields.text("include[%d]".formatted(number++), what).equals("message.output_text.logprobs");
            }
        }
        int top = fields.integer("top_logprobs", 0, 0, MOST_LOGPROBS);
        return new CompletionRequest.Output(
                fields.flag("stream"),
                false,
                false,
                new CompletionRequest.Scores(logprobs || top > 0 ? top : -1, -1),
                false,
                Rendering.parse(fields, shown));
    }

    private static void refuse(Fields fields) {
        for (String field : REFUSED) {
            if (fields.value(field).isPresent()) {
                throw ServingException.invalid(field, field + " is not supported: send instructions and input");
            }
        }
        if (fields.flag("background") && !isStored(fields)) {
            throw ServingException.invalid("background", "background needs store: there is no other way to the answer");
        }
        Metadata.parse(fields);
        RefusedFields.check(fields);
        IGNORED.check(fields);
        ResponseBody.GIVEN_BACK_IF_THERE.forEach(fields::text);
        truncation(fields);
    }
}
