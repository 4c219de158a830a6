package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the field {@code messages} into what chat templates take: {@code role}, {@code content} as text, calls with their arguments as objects. */
public final class Messages {
    private static final String ROLES = "system, developer, user, assistant or tool";

    private final List<Map<String, @Nullable Object>> messages = new ArrayList<>();
    /** Ids of calls that were made so far. */
    private final Set<String> calls = new HashSet<>();

    private Messages() {}

    static List<Map<String, @Nullable Object>> parse(Fields fields) {
        JsonNode value = fields.requiredList("messages", "a list");
        if (value.isEmpty()) {
            throw ServingException.invalid("messages", "messages is an empty list");
        }
        Messages messages = new Messages();
        for (JsonNode entry : value) {
            messages.add(Fields.object("messages[%d]".formatted(messages.messages.size()), entry));
        }
        return messages.messages;
    }

    private void add(Fields message) {
        String name = message.name("role");
        String role = message.requiredText("role");
        Map<String, @Nullable Object> made = new LinkedHashMap<>();
        switch (role) {
            // Templates know no developer; what a developer says is what the system says.
            case "system", "developer" -> made.put("role", "system");
            case "user" -> made.put("role", "user");
            case "assistant" -> made.put("role", "assistant");
            case "tool" -> tool(message, made);
            default -> throw ServingException.invalid(name, "%s must be %s".formatted(name, ROLES));
        }
        Optional<List<Map<String, @Nullable Object>>> toolCalls =
                role.equals("assistant") ? toolCalls(message) : Optional.empty();
        made.put("content", content(message, toolCalls.isPresent()));
        toolCalls.ifPresent(list -> made.put("tool_calls", list));
        message.text("name").ifPresent(text -> made.put("name", text));
        if (role.equals("assistant")) {
            message.text("reasoning_content")
                    .or(() -> message.text("reasoning"))
                    .ifPresent(text -> made.put("reasoning_content", text));
        }
        messages.add(made);
    }

    private void tool(Fields message, Map<String, @Nullable Object> made) {
        String name = message.name("tool_call_id");
        String id = message.requiredText("tool_call_id");
        if (!calls.contains(id)) {
            throw ServingException.invalid(name, name + " answers no call of a message before it");
        }
        made.put("role", "tool");
        made.put("tool_call_id", id);
    }

    private static String content(Fields message, boolean optional) {
        String name = message.name("content");
        Optional<JsonNode> content = message.value("content");
        if (content.isEmpty()) {
            if (optional || message.value("refusal").isPresent()) {
                return message.text("refusal").orElse("");
            }
            throw message.missing("content");
        }
        return Contents.text(name, content.get());
    }

    private Optional<List<Map<String, @Nullable Object>>> toolCalls(Fields message) {
        Optional<JsonNode> value = message.list("tool_calls", "a list");
        if (value.isEmpty()) {
            return Optional.empty();
        }
        String name = message.name("tool_calls");
        List<Map<String, @Nullable Object>> made = new ArrayList<>();
        for (JsonNode entry : value.get()) {
            made.add(toolCall(Fields.object("%s[%d]".formatted(name, made.size()), entry)));
        }
        return made.isEmpty() ? Optional.empty() : Optional.of(made);
    }

    private Map<String, @Nullable Object> toolCall(Fields call) {
        String id = call.requiredText("id");
        if (!call.text("type").orElse("function").equals("function")) {
            throw ServingException.invalid(call.name("type"), call.name("type") + " must be function");
        }
        Fields function = call.object("function").orElseThrow(() -> call.missing("function"));
        calls.add(id);
        return call(
                id,
                function.requiredText("name"),
                arguments(function.name("arguments"), function.text("arguments").orElse("")));
    }

    /** A call as templates take it. */
    public static Map<String, @Nullable Object> call(
            String id, String function, Map<String, @Nullable Object> arguments) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        named.put("name", function);
        named.put("arguments", arguments);
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        call.put("id", id);
        call.put("type", "function");
        call.put("function", named);
        return call;
    }

    /** Arguments as clients write them, in a string: "" for none. */
    public static Map<String, @Nullable Object> arguments(String name, String text) {
        if (text.isBlank()) {
            return Map.of();
        }
        JsonNode arguments = Json.read(text)
                .filter(JsonNode::isObject)
                .orElseThrow(
                        () -> ServingException.invalid(name, name + " must be a JSON object, written in a string"));
        return Json.map(arguments);
    }
}
