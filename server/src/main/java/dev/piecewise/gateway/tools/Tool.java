package dev.piecewise.gateway.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Json;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function that a request offers.
 *
 * @param param the path of its parameters, as messages write it
 * @param parameters the schema of the arguments
 * @param function all its fields, in chat's form
 */
public record Tool(String param, String name, JsonNode parameters, JsonNode function) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** {@code function}: an object with name, description and parameters, and perhaps more. */
    static Tool parse(Fields function) {
        String name = function.requiredText("name");
        if (!NAME.matcher(name).matches()) {
            throw ServingException.invalid(
                    function.name("name"),
                    function.name("name") + " must be 1 to 64 letters, digits, underscores, dots and dashes");
        }
        ObjectNode parts = JsonNodeFactory.instance.objectNode().put("name", name);
        function.text("description").ifPresent(text -> parts.put("description", text));
        JsonNode parameters = function.object("parameters")
                .flatMap(object -> function.value("parameters"))
                .orElseGet(Tool::noParameters);
        parts.set("parameters", parameters);
        function.value("strict").ifPresent(strict -> {
            if (function.flag("strict")) {
                parts.set("strict", strict);
            }
        });
        return new Tool(function.name("parameters"), name, parameters, parts);
    }

    /** As templates take it. */
    Map<String, @Nullable Object> forTemplate() {
        return Json.map(
                JsonNodeFactory.instance.objectNode().put("type", "function").set("function", function));
    }

    private static JsonNode noParameters() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schema.putObject("properties");
        return schema;
    }
}
