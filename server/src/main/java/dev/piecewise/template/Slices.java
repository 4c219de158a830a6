package dev.piecewise.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code a[start:stop:step]} */
final class Slices {
    private final Budget budget;

    Slices(Budget budget) {
        this.budget = budget;
    }

    /** Bounds are None where they are left out. */
    Object slice(Object object, Object start, Object stop, Object step) {
        return switch (object) {
            case Undefined undefined -> throw undefined.error();
            case String string -> characters(string, start, stop, step);
            case Markup markup -> new Markup(characters(markup.text(), start, stop, step));
            case List<?> list -> items(Types.list(list), Bounds.of(list.size(), start, stop, step));
            case Tuple tuple ->
                new Tuple(items(tuple.items(), Bounds.of(tuple.items().size(), start, stop, step)), false);
            case Map<?, ?> map -> throw new TemplateError("unhashable type: 'slice'");
            default -> throw new TemplateError("'" + Types.name(object) + "' object is not subscriptable");
        };
    }

    private List<Object> items(List<Object> items, Bounds bounds) {
        int count = bounds.count();
        budget.steps(1 + count / 4);
        if (bounds.step() == 1) {
            return new ArrayList<>(items.subList(bounds.start(), bounds.start() + count));
        }
        List<Object> slice = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            slice.add(items.get((int) (bounds.start() + i * bounds.step())));
        }
        return slice;
    }

    private String characters(String string, Object start, Object stop, Object step) {
        budget.characters(string.length());
        Bounds bounds = Bounds.of(Chars.length(string), start, stop, step);
        int count = bounds.count();
        if (bounds.step() == 1) {
            int from = Chars.offset(string, bounds.start());
            return string.substring(from, string.offsetByCodePoints(from, count));
        }
        int[] characters = string.codePoints().toArray();
        StringBuilder slice = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            slice.appendCodePoint(characters[(int) (bounds.start() + i * bounds.step())]);
        }
        return slice.toString();
    }

    /** Where a slice begins, and what it takes from there. */
    private record Bounds(int start, int count, long step) {
        static Bounds of(int size, Object start, Object stop, Object step) {
            long by = step == None.NONE ? 1 : bound(step);
            if (by == 0) {
                throw new TemplateError("slice step cannot be zero");
            }
            int lowest = by > 0 ? 0 : -1;
            int highest = by > 0 ? size : size - 1;
            long from = start == None.NONE ? (by > 0 ? lowest : highest) : clamped(bound(start), size, lowest, highest);
            long to = stop == None.NONE ? (by > 0 ? highest : lowest) : clamped(bound(stop), size, lowest, highest);
            long span = by > 0 ? to - from : from - to;
            long count = span <= 0 ? 0 : (span - 1) / (by == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(by)) + 1;
            return new Bounds((int) from, (int) count, by);
        }

        private static long clamped(long bound, int size, int lowest, int highest) {
            long fromStart = bound < 0 ? bound + size : bound;
            return Math.max(lowest, Math.min(highest, fromStart));
        }

        private static long bound(Object value) {
            if (!Types.isInteger(value)) {
                throw new TemplateError("slice indices must be integers or None or have an __index__ method");
            }
            return Numbers.index(value);
        }
    }
}
