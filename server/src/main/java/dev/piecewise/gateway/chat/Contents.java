package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The content of a message: a string, or parts of text, which are joined by line ends as vLLM joins them. */
public final class Contents {
    /** Kinds of parts with the field that holds their text. */
    private static final Map<String, String> TEXTS =
            Map.of("text", "text", "input_text", "text", "output_text", "text", "refusal", "refusal");

    private Contents() {}

    /** {@code name}: of the field, for messages; a part that is no text is INVALID_REQUEST by its type's name. */
    public static String text(String name, JsonNode content) {
        if (content.isTextual()) {
            return Fields.text(name, content);
        }
        if (!content.isArray()) {
            throw Fields.expected(name, "a string or a list of parts", content);
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode part : content) {
            texts.add(part(Fields.object("%s[%d]".formatted(name, texts.size()), part)));
        }
        return String.join("\n", texts);
    }

    private static String part(Fields part) {
        String type = part.requiredText("type");
        String field = TEXTS.get(type);
        if (field == null) {
            throw ServingException.invalid(
                    part.name("type"),
                    part.name("type") + (isPlain(type) ? " " + type : "")
                            + " is not supported: the model reads text only");
        }
        return part.requiredText(field);
    }

    /** Whether a type may be repeated in a message. */
    private static boolean isPlain(String type) {
        return type.matches("[a-z_]{1,40}");
    }
}
