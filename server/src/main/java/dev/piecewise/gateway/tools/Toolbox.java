package dev.piecewise.gateway.tools;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.grammar.GrammarSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The functions that a request offers, and whether they may or must be called.
 *
 * @param parallel whether an answer may hold several calls
 */
public record Toolbox(List<Tool> tools, ToolChoice choice, boolean parallel) {
    private static final int MOST_TOOLS = 128;
    private static final int MOST_CALLS = 8;

    /** Where a tool's fields are: chat has them in {@code function}, responses beside {@code type}. */
    public enum Form {
        NESTED,
        FLAT
    }

    /** The fields {@code tools}, {@code tool_choice} and {@code parallel_tool_calls}. */
    public static Toolbox parse(Fields fields, Form form) {
        List<Tool> tools =
                fields.list("tools", "a list").map(value -> tools(value, form)).orElse(List.of());
        boolean parallel = fields.value("parallel_tool_calls").isEmpty() || fields.flag("parallel_tool_calls");
        return new Toolbox(tools, choice(fields, tools, form), parallel);
    }

    /** As templates take them; null when none may be called. */
    public @Nullable List<Map<String, @Nullable Object>> forTemplate() {
        return mayCall() ? tools.stream().map(Tool::forTemplate).toList() : null;
    }

    public boolean mayCall() {
        return !tools.isEmpty() && !(choice instanceof ToolChoice.None);
    }

    /** The functions that may be called. */
    public List<Tool> callable() {
        return switch (choice) {
            case ToolChoice.None() -> List.of();
            case ToolChoice.Auto(), ToolChoice.Required() -> tools;
            case ToolChoice.One(String name) ->
                tools.stream().filter(tool -> tool.name().equals(name)).toList();
        };
    }

    /** Whether the answer has to be calls. */
    public boolean forced() {
        return switch (choice) {
            case ToolChoice.None(), ToolChoice.Auto() -> false;
            case ToolChoice.Required(), ToolChoice.One(var _) -> true;
        };
    }

    /** What the answer has to be, where it has to be calls. */
    public Optional<GrammarSpec> demand(CallFormat format) {
        if (!forced()) {
            return Optional.empty();
        }
        List<GrammarSpec.Tool> called = callable().stream()
                .map(tool -> new GrammarSpec.Tool(tool.param(), tool.name(), tool.parameters()))
                .toList();
        boolean several = parallel && choice instanceof ToolChoice.Required;
        return Optional.of(new GrammarSpec.Calls("tool_choice", called, format.form(several ? MOST_CALLS : 1)));
    }

    /** What reads the calls out of one answer. */
    public CallParser parser(CallFormat format) {
        Set<String> names = callable().stream().map(Tool::name).collect(Collectors.toSet());
        CallParser parser = names.isEmpty()
                ? CallParser.none()
                : switch (choice) {
                    case ToolChoice.None() -> CallParser.none();
                    case ToolChoice.Auto() -> format.parser(names);
                    case ToolChoice.Required(), ToolChoice.One(var _) -> format.forcedParser(names);
                };
        return parallel ? parser : new FirstCall(parser);
    }

    private static List<Tool> tools(JsonNode value, Form form) {
        if (value.size() > MOST_TOOLS) {
            throw ServingException.invalid(
                    "tools", "tools has %d entries; at most %d are taken".formatted(value.size(), MOST_TOOLS));
        }
        List<Tool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode entry : value) {
            String path = "tools[%d]".formatted(tools.size());
            Fields fields = Fields.object(path, entry);
            String type = fields.requiredText("type");
            if (!type.equals("function")) {
                throw ServingException.invalid(
                        path + ".type", path + ".type must be function: this server runs no tools of its own");
            }
            Tool tool = Tool.parse(form == Form.FLAT ? fields : inner(fields));
            if (!names.add(tool.name())) {
                throw ServingException.invalid(path, path + " has the name of another tool");
            }
            tools.add(tool);
        }
        return tools;
    }

    private static Fields inner(Fields fields) {
        return fields.object("function").orElseThrow(() -> fields.missing("function"));
    }

    private static ToolChoice choice(Fields fields, List<Tool> tools, Form form) {
        Optional<JsonNode> value = fields.value("tool_choice");
        if (value.isEmpty()) {
            return tools.isEmpty() ? new ToolChoice.None() : new ToolChoice.Auto();
        }
        if (value.get().isTextual()) {
            return named(value.get().textValue(), tools);
        }
        if (!value.get().isObject()) {
            throw Fields.expected(
                    "tool_choice", "none, auto, required, or an object that names a function", value.get());
        }
        return one(Fields.object("tool_choice", value.get()), tools, form);
    }

    private static ToolChoice named(String word, List<Tool> tools) {
        return switch (word) {
            case "none" -> new ToolChoice.None();
            case "auto" -> new ToolChoice.Auto();
            case "required" -> {
                if (tools.isEmpty()) {
                    throw ServingException.invalid("tool_choice", "tool_choice is required, and there are no tools");
                }
                yield new ToolChoice.Required();
            }
            default ->
                throw ServingException.invalid(
                        "tool_choice", "tool_choice must be none, auto, required, or an object that names a function");
        };
    }

    private static ToolChoice one(Fields choice, List<Tool> tools, Form form) {
        if (!choice.text("type").equals(Optional.of("function"))) {
            throw ServingException.invalid("tool_choice.type", "tool_choice.type must be function");
        }
        Fields named =
                form == Form.FLAT ? choice : choice.object("function").orElseThrow(() -> choice.missing("function"));
        String param = named.name("name");
        String name = named.requiredText("name");
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw ServingException.invalid(param, param + " names none of the tools");
        }
        return new ToolChoice.One(name);
    }
}
