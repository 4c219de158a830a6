package dev.piecewise.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

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
        List<Object> reversed = rendering.iteration().list(value).reversed();
        boolean list = value instanceof Generator;
        return list ? new ArrayList<>(reversed) : new Generator(reversed.iterator());
    }

    /** Values that are made one by one. */
    private abstract static class Source implements Iterator<Object> {
        @Override
        public final Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return make();
        }

        abstract Object make();
    }

    private static Object batch(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
        long size = bound.integer(0, 1);
        Iterator<Object> items = rendering.iteration().iterator(value);
        return new Generator(new Source() {
            private boolean began;

            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            Object make() {
                List<Object> batch = new ArrayList<>();
                if (size <= 0 && !began) {
                    began = true;
                    return batch;
                }
                while (items.hasNext() && (batch.size() < size || (size <= 0 && batch.isEmpty()))) {
                    batch.add(items.next());
                }
                while (bound.given(1) && batch.size() < size) {
                    rendering.budget().step();
                    batch.add(bound.get(1));
                }
                return batch;
            }
        });
    }

    private static Object slice(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
        long slices = bound.integer(0, 1);
        List<Object> items = rendering.iteration().list(value);
        if (slices == 0) {
            throw new TemplateError("integer division or modulo by zero");
        }
        long each = Math.floorDiv(items.size(), slices);
        long longer = Math.floorMod(items.size(), slices);
        return new Generator(new Source() {
            private long number;
            private int from;

            @Override
            public boolean hasNext() {
                return number < slices;
            }

            @Override
            Object make() {
                rendering.budget().steps(each + 1);
                int to = (int) (from + each + (number < longer ? 1 : 0));
                List<Object> slice = new ArrayList<>(items.subList(from, to));
                if (bound.given(1) && number >= longer) {
                    slice.add(bound.get(1));
                }
                from = to;
                number++;
                return slice;
            }
        });
    }
}
