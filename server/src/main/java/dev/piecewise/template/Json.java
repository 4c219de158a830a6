package dev.piecewise.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filter {@code tojson} as transformers defines it: Python's {@code json.dumps}, which leaves everything but ASCII control characters as it is. */
final class Json {
    private final Rendering rendering;
    private final Budget budget;
    private final boolean ascii;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();

    private Json(Rendering rendering, Arguments.Bound bound) {
        this.rendering = rendering;
        budget = rendering.budget();
        ascii = bound.flag(0, false);
        indent = bound.given(1) ? indent(bound.get(1)) : null;
        sorted = bound.flag(3, false);
        List<Object> separators =
                bound.given(2) ? rendering.iteration().list(bound.get(2)) : List.of(indent == null ? ", " : ",", ": ");
        if (separators.size() != 2) {
            throw new TemplateError("separators must be a pair");
        }
        itemSeparator = Types.string(separators.getFirst());
        keySeparator = Types.string(separators.getLast());
    }

    static Object filter(Object value, Arguments arguments, Rendering rendering) {
        Json json =
                new Json(rendering, arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys"));
        json.write(value, 0);
        return json.out.toString();
    }

    private String indent(Object value) {
        if (Types.isString(value)) {
            return Types.string(value);
        }
        long width = Math.max(0, Numbers.index(value));
        budget.characters(width);
        return " ".repeat((int) width);
    }

    private void write(Object value, int depth) {
        budget.step();
        switch (value) {
            case None none -> out.append("null");
            case Boolean bool -> out.append((boolean) bool);
            case Long integer -> out.append((long) integer);
            case BigInteger integer -> out.append(integer);
            case Double number -> out.append(number(number));
            case String string -> string(string);
            case Markup markup -> string(markup.text());
            case Range range -> throw unserializable(range);
            case List<?> list -> list(Types.list(list), depth);
            case Tuple tuple -> list(tuple.items(), depth);
            case Map<?, ?> map -> dict(Types.dict(map), depth);
            default -> throw unserializable(value);
        }
    }

    private static TemplateError unserializable(Object value) {
        return new TemplateError("Object of type " + Types.name(value) + " is not JSON serializable");
    }

    private static String number(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : Texts.number(number);
    }

    private void list(List<Object> items, int depth) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        budget.enter();
        char before = '[';
        for (Object item : items) {
            separate(before, depth + 1);
            write(item, depth + 1);
            before = ',';
        }
        line(depth);
        out.append(']');
        budget.leave();
    }

    private void dict(Map<Object, Object> dict, int depth) {
        if (dict.isEmpty()) {
            out.append("{}");
            return;
        }
        budget.enter();
        char before = '{';
        for (Map.Entry<Object, Object> entry : entries(dict)) {
            separate(before, depth + 1);
            string(key(entry.getKey()));
            append(keySeparator);
            write(entry.getValue(), depth + 1);
            before = ',';
        }
        line(depth);
        out.append('}');
        budget.leave();
    }

    private List<Map.Entry<Object, Object>> entries(Map<Object, Object> dict) {
        List<Map.Entry<Object, Object>> entries = new ArrayList<>(dict.entrySet());
        if (sorted) {
            entries.sort((a, b) -> rendering.comparison().order(a.getKey(), b.getKey()));
        }
        return entries;
    }

    private static String key(Object key) {
        return switch (key) {
            case String string -> string;
            case None none -> "null";
            case Boolean bool -> bool.toString();
            case Long integer -> integer.toString();
            case BigInteger integer -> integer.toString();
            case Double number -> number(number);
            default -> throw new TemplateError("keys must be str, int, float, bool or None, not " + Types.name(key));
        };
    }

    private void separate(char before, int depth) {
        if (before == ',') {
            append(itemSeparator);
        } else {
            out.append(before);
        }
        line(depth);
    }

    private void line(int depth) {
        if (indent != null) {
            budget.characters((long) indent.length() * depth);
            out.append('\n').repeat(indent, depth);
        }
    }

    private void append(String text) {
        budget.characters(text.length());
        out.append(text);
    }

    private void string(String string) {
        budget.characters(string.length() * 2L);
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> character(c);
            }
        }
        out.append('"');
    }

    private void character(char c) {
        if (c < ' ' || (ascii && c > '~')) {
            out.append("\\u%04x".formatted((int) c));
        } else {
            out.append(c);
        }
    }
}
