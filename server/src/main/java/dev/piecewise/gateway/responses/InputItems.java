package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.chat.Contents;
import dev.piecewise.gateway.chat.Messages;
import dev.piecewise.gateway.http.Fields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the field {@code input}, a text or a list of items, into what chat templates take, behind the messages of an earlier response. */
final class InputItems {
    private final List<Map<String, @Nullable Object>> messages;
    private final Set<String> calls = new HashSet<>();
    /** Calls of the message that is being put together. */
    private @Nullable List<Map<String, @Nullable Object>> open;

    private InputItems(List<Map<String, @Nullable Object>> earlier) {
        messages = new ArrayList<>(earlier);
        earlier.forEach(this::remember);
    }

    /** The earlier messages and those of {@code input}. */
    static List<Map<String, @Nullable Object>> parse(Fields fields, List<Map<String, @Nullable Object>> earlier) {
        InputItems items = new InputItems(earlier);
        JsonNode input = fields.value("input").orElseThrow(() -> fields.missing("input"));
        if (input.isTextual()) {
            items.message("user", Fields.text("input", input));
        } else if (input.isArray()) {
            int number = 0;
            for (JsonNode item : input) {
                items.item(Fields.object("input[%d]".formatted(number++), item));
            }
        } else {
            throw Fields.expected("input", "a string or a list of items", input);
        }
        if (items.messages.isEmpty()) {
            throw ServingException.invalid("input", "input is an empty list");
        }
        return items.messages;
    }

    private void item(Fields item) {
        String type = item.text("type").orElse("message");
        switch (type) {
            case "message" -> message(item);
            case "function_call" -> call(item);
            case "function_call_output" -> output(item);
            // What a model thought is not said to it again.
            case "reasoning" -> {}
            default ->
                throw ServingException.invalid(
                        item.name("type"),
                        item.name("type") + " must be message, function_call, function_call_output or reasoning");
        }
    }

    private void message(Fields item) {
        String name = item.name("role");
        String role = item.requiredText("role");
        String said = switch (role) {
            case "system", "developer" -> "system";
            case "user", "assistant" -> role;
            default -> throw ServingException.invalid(name, name + " must be system, developer, user or assistant");
        };
        message(said, content(item, "content"));
    }

    private void message(String role, String content) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        messages.add(message);
        open = null;
    }

    /** Calls that follow each other, or what was said before them, are one message to a template. */
    private void call(Fields item) {
        String id = item.requiredText("call_id");
        Map<String, @Nullable Object> call = Messages.call(
                id,
                item.requiredText("name"),
                Messages.arguments(
                        item.name("arguments"), item.text("arguments").orElse("")));
        calls.add(id);
        if (open == null) {
            open = new ArrayList<>();
            message("assistant", "", open);
        }
        open.add(call);
    }

    private void message(String role, String content, List<Map<String, @Nullable Object>> toolCalls) {
        message(role, content);
        messages.getLast().put("tool_calls", toolCalls);
        open = toolCalls;
    }

    private void output(Fields item) {
        String id = item.requiredText("call_id");
        if (!calls.contains(id)) {
            throw ServingException.invalid(
                    item.name("call_id"), item.name("call_id") + " answers no call of an item before it");
        }
        message("tool", content(item, "output"));
        messages.getLast().put("tool_call_id", id);
    }

    private void remember(Map<String, @Nullable Object> message) {
        if (message.get("tool_calls") instanceof List<?> made) {
            for (Object call : made) {
                if (call instanceof Map<?, ?> fields) {
                    calls.add(String.valueOf(fields.get("id")));
                }
            }
        }
    }

    private static String content(Fields item, String field) {
        return Contents.text(item.name(field), item.value(field).orElseThrow(() -> item.missing(field)));
    }
}
