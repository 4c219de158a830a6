package dev.piecewise.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The filters that take elements of a sequence, or cut it into others. */
final class ListFilters {
    static final Map<String, Filter> ALL = Map.of(
            "list", ListFilters::list,
            "first", ListFilters::first,
            "last", ListFilters::last,
            "reverse", ListFilters::reverse,
            "batch", ListFilters::batch,
            "slice", ListFilters::slice);

    private ListFilters() {}

    private static Object list(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("list");
        return rendering.iteration().list(value);
    }

    private static Object first(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("first");
        Iterator<Object> items = rendering.iteration().iterator(value);
        return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
    }

    private static Object last(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("last");
        if (value instanceof List<?> list) {
            return list.isEmpty() ? noLast() : list.getLast();
        }
        if (value instanceof Generator || !Iteration.isIterable(value)) {
            throw notReversible(value);
        }
        List<Object> items = rendering.iteration().list(value);
        return items.isEmpty() ? noLast() : items.getLast();
    }

    private static Undefined noLast() {
        return new Undefined("No last item, sequence was empty.");
    }

    private static TemplateError notReversible(Object value) {
        return new TemplateError("'" + Types.name(value) + "' object is not reversible");
    }

    private static Object reverse(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("reverse");
        if (Types.isString(value)) {
            return rendering.slices().slice(value, None.NONE, None.NONE, -1L);
        }
        if (!Iteration.isIterable(value)) {
            throw new TemplateError("argument must be iterable");
        }
        List<Object> reversed =
                new ArrayList<>(rendering.iteration().list(value).reversed());
        return value instanceof Generator ? reversed : new Generator(reversed::iterator);
    }

    private static Object batch(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
        return new Generator(
                () -> batches(rendering.iteration().iterator(value), bound.integer(0, 1), bound, rendering.budget()));
    }

    private static Iterator<Object> batches(Iterator<Object> items, long size, Arguments.Bound bound, Budget budget) {
        List<Object> batches = new ArrayList<>();
        List<Object> batch = new ArrayList<>();
        while (items.hasNext()) {
            Object item = items.next();
            if (batch.size() == size) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
            budget.steps(bound.given(1) ? Math.max(0, size) : 0);
            while (bound.given(1) && batch.size() < size) {
                batch.add(bound.get(1));
            }
        }
        return batches.iterator();
    }

    private static Object slice(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
        return new Generator(
                () -> slices(rendering.iteration().list(value), bound.integer(0, 1), bound, rendering.budget()));
    }

    private static Iterator<Object> slices(List<Object> items, long count, Arguments.Bound bound, Budget budget) {
        if (count == 0) {
            throw new TemplateError("integer division or modulo by zero");
        }
        long each = Math.floorDiv(items.size(), count);
        long longer = Math.floorMod(items.size(), count);
        List<Object> slices = new ArrayList<>();
        int from = 0;
        for (long number = 0; number < count; number++) {
            budget.steps(each + 1);
            int to = (int) (from + each + (number < longer ? 1 : 0));
            List<Object> slice = new ArrayList<>(items.subList(from, to));
            if (bound.given(1) && number >= longer) {
                slice.add(bound.get(1));
            }
            slices.add(slice);
            from = to;
        }
        return slices.iterator();
    }
}
