package dev.piecewise.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what a caller hands in into values of a template, copies that no template can change, and counts them. */
final class Values {
    private static final int MAX_DEPTH = 200;

    private long count;
    private long characters;

    Map<String, Object> variables(Map<String, ? extends @Nullable Object> variables) {
        Map<String, Object> values = new HashMap<>(Functions.ALL);
        variables.forEach((name, value) -> values.put(name, value(value, 0)));
        return values;
    }

    /** What the values that were turned entitle to. */
    Budget budget() {
        return Budget.of(count, characters);
    }

    private Object value(@Nullable Object value, int depth) {
        count++;
        if (depth > MAX_DEPTH) {
            throw Budget.tooDeep();
        }
        return switch (value) {
            case null -> None.NONE;
            case String string -> {
                characters += string.length();
                yield string;
            }
            case Boolean bool -> bool;
            case Number number -> number(number);
            case Map<?, ?> map -> dict(map, depth);
            case Collection<?> items -> list(items, depth);
            default ->
                throw new IllegalArgumentException(
                        "a template cannot use a " + value.getClass().getName());
        };
    }

    private static Object number(Number number) {
        return switch (number) {
            case Double real -> real;
            case Float real -> real.doubleValue();
            case BigDecimal real -> real.doubleValue();
            case BigInteger integer -> Numbers.normal(integer);
            default -> number.longValue();
        };
    }

    private Map<Object, Object> dict(Map<?, ?> map, int depth) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        map.forEach((key, value) -> dict.put(String.valueOf(key), value(value, depth + 1)));
        return dict;
    }

    private List<Object> list(Collection<?> items, int depth) {
        List<Object> list = new ArrayList<>(items.size());
        for (Object item : items) {
            list.add(value(item, depth + 1));
        }
        return list;
    }
}
