package dev.piecewise.gateway.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads calls that are written as JSON: {@code {"name": ..., "arguments": {...}}}, also with {@code parameters}, one or a list. */
final class CallJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(64).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String json;
    private final Set<String> functions;
    private final JsonParser parser;

    private CallJson(String json, Set<String> functions) throws IOException {
        this.json = json;
        this.functions = functions;
        parser = FACTORY.createParser(json);
    }

    /** The call or calls that this text is, every one of a function that was offered; empty for anything else. */
    static Optional<List<ToolCall>> read(String json, Set<String> functions) {
        try {
            CallJson reader = new CallJson(json, functions);
            try (reader.parser) {
                return reader.calls();
            }
        } catch (IOException noJson) {
            return Optional.empty();
        }
    }

    /** Whether a text is one JSON object and nothing else. */
    static boolean isObject(String json) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException noJson) {
            return false;
        }
    }

    private Optional<List<ToolCall>> calls() throws IOException {
        List<ToolCall> calls = new ArrayList<>();
        boolean list = parser.nextToken() == JsonToken.START_ARRAY;
        if (list) {
            parser.nextToken();
        }
        while (parser.currentToken() == JsonToken.START_OBJECT) {
            Optional<ToolCall> call = call();
            if (call.isEmpty()) {
                return Optional.empty();
            }
            calls.add(call.get());
            parser.nextToken();
        }
        boolean whole = list
                ? parser.currentToken() == JsonToken.END_ARRAY && parser.nextToken() == null
                : parser.currentToken() == null && calls.size() == 1;
        return whole && !calls.isEmpty() ? Optional.of(calls) : Optional.empty();
    }

    private Optional<ToolCall> call() throws IOException {
        String name = null;
        String arguments = "{}";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "name" -> name = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                case "arguments", "parameters" -> {
                    String object = arguments(value);
                    if (object == null) {
                        return Optional.empty();
                    }
                    arguments = object;
                }
                default -> parser.skipChildren();
            }
        }
        return name != null && functions.contains(name) ? Optional.of(new ToolCall(name, arguments)) : Optional.empty();
    }

    /** The object as it is written; some models write it into a string. */
    private @Nullable String arguments(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            String text = parser.getText();
            return isObject(text) ? text : null;
        }
        if (value != JsonToken.START_OBJECT) {
            return null;
        }
        int from = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        return json.substring(from, (int) parser.currentLocation().getCharOffset());
    }
}
