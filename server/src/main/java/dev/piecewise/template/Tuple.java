package dev.piecewise.template;

import java.util.List;

/** Python's tuple. A {@code group} is one that {@code groupby} made: its two items also have names. */
record Tuple(List<Object> items, boolean group) {
    static Tuple of(Object... items) {
        return new Tuple(List.of(items), false);
    }
}
