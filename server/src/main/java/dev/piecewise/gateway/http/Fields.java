package dev.piecewise.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.error.ServingException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The fields of a JSON object in a request, read with their types. A field that is null counts as left out; one of the wrong type or out of range is
 * INVALID_REQUEST with its name, what was expected and what was found. Text is never repeated in a message.
 */
public final class Fields {
    private final String path;
    private final ObjectNode object;

    Fields(String path, ObjectNode object) {
        this.path = path;
        this.object = object;
    }

    /** The name of a field as messages write it, with the names of the objects around it. */
    public String name(String field) {
        return path + field;
    }

    /** The field as it came, unless it is left out. */
    public Optional<JsonNode> value(String field) {
        return Optional.ofNullable(object.get(field)).filter(value -> !value.isNull());
    }

    public boolean flag(String field) {
        return value(field)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(field, "true or false", value);
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    /** A whole number; 16.0 counts as one, as it does in JSON Schema. */
    public OptionalInt integer(String field, int least, int most) {
        Optional<JsonNode> value = value(field);
        return value.isEmpty() ? OptionalInt.empty() : OptionalInt.of(integer(name(field), value.get(), least, most));
    }

    public int integer(String field, int fallback, int least, int most) {
        return integer(field, least, most).orElse(fallback);
    }

    public OptionalLong longInteger(String field) {
        Optional<JsonNode> value = value(field);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!isWhole(value.get()) || !value.get().canConvertToLong()) {
            throw wrong(field, "a whole number of at most 64 bits", value.get());
        }
        return OptionalLong.of(value.get().longValue());
    }

    public double number(String field, double fallback, double least, double most) {
        Optional<JsonNode> value = value(field);
        return value.isEmpty() ? fallback : number(name(field), value.get(), least, most);
    }

    /** A string without NUL and of valid Unicode; it may be empty. */
    public Optional<String> text(String field) {
        return value(field).map(value -> text(name(field), value));
    }

    /** A list; {@code what} says of what, for the message when it is something else. */
    public Optional<JsonNode> list(String field, String what) {
        return value(field).map(value -> {
            if (!value.isArray()) {
                throw wrong(field, what, value);
            }
            return value;
        });
    }

    /** As {@link #list}, of a field that must be there. */
    public JsonNode requiredList(String field, String what) {
        return list(field, what).orElseThrow(() -> missing(field));
    }

    /** As {@link #text(String)}, of a field that must be there. */
    public String requiredText(String field) {
        return text(field).orElseThrow(() -> missing(field));
    }

    /** What is said of a field that must be there and is not. */
    public ServingException missing(String field) {
        return ServingException.invalid(name(field), name(field) + " is missing");
    }

    /** The fields of an object in this one. */
    public Optional<Fields> object(String field) {
        return value(field).map(value -> object(name(field), value));
    }

    /** Refuses any other field than these. */
    public void only(Set<String> known) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!known.contains(field.getKey())) {
                String name = name(field.getKey());
                throw ServingException.invalid(name, name + " is not known; known are " + String.join(", ", known));
            }
        }
    }

    public Set<Map.Entry<String, JsonNode>> entries() {
        return object.properties();
    }

    public static Fields object(String name, JsonNode value) {
        if (value instanceof ObjectNode object) {
            return new Fields(name + ".", object);
        }
        throw expected(name, "an object", value);
    }

    public static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw expected(name, "a string", value);
        }
        String text = value.textValue();
        if (!Texts.isStorable(text)) {
            throw ServingException.invalid(name, name + " holds a NUL or half of a surrogate pair");
        }
        return text;
    }

    public static int integer(String name, JsonNode value, int least, int most) {
        if (!isWhole(value)) {
            throw expected(name, "a whole number", value);
        }
        if (value.doubleValue() < least || value.doubleValue() > most) {
            throw outside(name, Integer.toString(least), Integer.toString(most), value);
        }
        return value.intValue();
    }

    public static double number(String name, JsonNode value, double least, double most) {
        if (!value.isNumber()) {
            throw expected(name, "a number", value);
        }
        double number = value.doubleValue();
        if (!(number >= least && number <= most)) {
            throw outside(name, plain(least), plain(most), value);
        }
        return number;
    }

    /** A message that says what a field must be and what it is. */
    public static ServingException expected(String name, String what, JsonNode found) {
        return ServingException.invalid(name, "%s must be %s, not %s".formatted(name, what, kind(found)));
    }

    /** What a value is, in words; numbers as themselves, texts never. */
    public static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT, POJO -> "an object";
            case STRING, BINARY -> "a string";
            case BOOLEAN -> value.asText();
            case NULL -> "null";
            case NUMBER -> number(value);
            case MISSING -> "nothing";
        };
    }

    private ServingException wrong(String field, String what, JsonNode found) {
        return expected(name(field), what, found);
    }

    private static ServingException outside(String name, String least, String most, JsonNode found) {
        return ServingException.invalid(
                name, "%s must be from %s to %s, not %s".formatted(name, least, most, number(found)));
    }

    private static boolean isWhole(JsonNode value) {
        return value.isNumber() && (value.isIntegralNumber() || value.doubleValue() == Math.rint(value.doubleValue()));
    }

    /** Long numbers are cut: the message is for people. */
    private static String number(JsonNode value) {
        String digits = value.asText();
        return digits.length() <= 24 ? digits : digits.substring(0, 20) + "...";
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
