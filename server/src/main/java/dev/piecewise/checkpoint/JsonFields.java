package dev.piecewise.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/** The fields of one JSON object. A field of the wrong type is a {@link BadFileException} that names source and field; {@code null} counts as absent. */
public final class JsonFields {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Pattern NOT_TOLD =
            Pattern.compile("(?s) \\(start marker.*|: enable `.*|, from `[^`]*`| \\(not recognized as one since.*");

    private final String source;
    private final String prefix;
    private final JsonNode node;

    private JsonFields(String source, String prefix, JsonNode node) {
        this.source = source;
        this.prefix = prefix;
        this.node = node;
    }

    public static JsonFields read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new BadFileException(file, "is not UTF-8");
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }

    /** What messages call the text. */
    public String source() {
        return source;
    }

    /** {@code source} is what messages call the text. */
    public static JsonFields parse(String source, String json) {
        return of(source, node(source, json));
    }

    /** Any JSON value. */
    public static JsonNode node(String source, String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new BadFileException(source, "is not valid JSON: " + reason(e));
        }
    }

    /** The parser's message without where it thinks that the text came from, and without its own settings. */
    public static String reason(JsonProcessingException broken) {
        return NOT_TOLD.matcher(broken.getOriginalMessage()).replaceFirst("");
    }

    public static JsonFields of(String source, JsonNode node) {
        if (!node.isObject()) {
            throw new BadFileException(source, "is not a JSON object");
        }
        return new JsonFields(source, "", node);
    }

    /** The names of all fields, those that are null included. */
    public List<String> names() {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    public boolean has(String name) {
        return !value(name).isNull() && !value(name).isMissingNode();
    }

    /** Whether the field is there and null. */
    public boolean isNull(String name) {
        return value(name).isNull();
    }

    public JsonNode value(String name) {
        return node.path(name);
    }

    public OptionalInt integer(String name) {
        if (!has(name)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(integer(name, value(name)));
    }

    public int requireInteger(String name) {
        return integer(name).orElseThrow(() -> missing(name));
    }

    public OptionalDouble number(String name) {
        if (!has(name)) {
            return OptionalDouble.empty();
        }
        if (!value(name).isNumber() || !Double.isFinite(value(name).doubleValue())) {
            throw bad(name, "must be a number, found " + value(name));
        }
        return OptionalDouble.of(value(name).doubleValue());
    }

    public double requireNumber(String name) {
        return number(name).orElseThrow(() -> missing(name));
    }

    public boolean bool(String name, boolean absent) {
        if (!has(name)) {
            return absent;
        }
        if (!value(name).isBoolean()) {
            throw bad(name, "must be true or false, found " + value(name));
        }
        return value(name).booleanValue();
    }

    public Optional<String> string(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (!value(name).isTextual()) {
            throw bad(name, "must be a string, found " + value(name));
        }
        return Optional.of(value(name).textValue());
    }

    public String requireString(String name) {
        return string(name).orElseThrow(() -> missing(name));
    }

    /** A list of strings; empty when absent. */
    public List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (JsonNode element : elements(name)) {
            if (!element.isTextual()) {
                throw bad(name, "must be a list of strings, found " + element);
            }
            strings.add(element.textValue());
        }
        return strings;
    }

    /** A list of integers, or one integer; empty when absent. */
    public List<Integer> integers(String name) {
        if (value(name).isNumber()) {
            return List.of(integer(name, value(name)));
        }
        List<Integer> integers = new ArrayList<>();
        for (JsonNode element : elements(name)) {
            integers.add(integer(name, element));
        }
        return integers;
    }

    /** A list's elements; none when absent. */
    public Iterable<JsonNode> elements(String name) {
        if (!has(name)) {
            return List.of();
        }
        if (!value(name).isArray()) {
            throw bad(name, "must be a list, found " + value(name));
        }
        return value(name);
    }

    public Optional<JsonFields> object(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (!value(name).isObject()) {
            throw bad(name, "must be an object, found " + value(name));
        }
        return Optional.of(new JsonFields(source, prefix + name + ".", value(name)));
    }

    public JsonFields requireObject(String name) {
        return object(name).orElseThrow(() -> missing(name));
    }

    /** An object whose values are all integers, in its order; empty when absent. */
    public SequencedMap<String, Integer> integerMap(String name) {
        SequencedMap<String, Integer> map = new LinkedHashMap<>();
        object(name).ifPresent(fields -> fields.names().forEach(key -> map.put(key, fields.requireInteger(key))));
        return map;
    }

    public BadFileException bad(String name, String reason) {
        return new BadFileException(source, "%s%s %s".formatted(prefix, name, reason));
    }

    private BadFileException missing(String name) {
        return bad(name, "is missing");
    }

    private int integer(String name, JsonNode value) {
        if (!value.isNumber() || !value.canConvertToExactIntegral() || !value.canConvertToInt()) {
            throw bad(name, "must be an integer, found " + value);
        }
        return value.intValue();
    }
}
