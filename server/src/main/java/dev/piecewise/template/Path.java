package dev.piecewise.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The way from a value to what is meant by an {@code attribute}, such as {@code function.name}: keys or attributes, with dots between them. */
record Path(List<Object> parts) {
    static final Path ITSELF = new Path(List.of());

    static Path of(Object attribute) {
        if (!(attribute instanceof String path)) {
            return attribute == None.NONE ? ITSELF : new Path(List.of(attribute));
        }
        List<Object> parts = new ArrayList<>();
        for (String part : path.split("\\.", -1)) {
            boolean index =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            parts.add(index ? (Object) Long.valueOf(part) : part);
        }
        return new Path(parts);
    }

    Object follow(Object start, Rendering rendering) {
        return follow(start, None.NONE, rendering);
    }

    /** What is undefined on the way becomes {@code missing}, unless that is None. */
    Object follow(Object start, Object missing, Rendering rendering) {
        Object value = start;
        for (Object part : parts) {
            value = rendering.attributes().item(value, part);
            if (value instanceof Undefined && missing != None.NONE) {
                value = missing;
            }
        }
        return value;
    }

    /** A string without its case, which is how things are sorted and grouped by default. */
    static Object folded(Object value, boolean caseSensitive) {
        return !caseSensitive && Types.isString(value) ? Types.string(value).toLowerCase(Locale.ROOT) : value;
    }
}
