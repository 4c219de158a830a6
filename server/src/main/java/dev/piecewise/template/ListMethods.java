package dev.piecewise.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The methods of lists and tuples. */
final class ListMethods {
    static final Map<String, Method> OF_TUPLES = Map.of("count", ListMethods::count, "index", ListMethods::index);

    static final Map<String, Method> ALL = ofLists();

    private ListMethods() {}

    private static Map<String, Method> ofLists() {
        Map<String, Method> methods = new HashMap<>(OF_TUPLES);
        methods.put("copy", (list, arguments, rendering) -> {
            arguments.none("copy");
            return rendering.iteration().list(list);
        });
        for (String name : List.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove")) {
            methods.put(name, Method.UNSAFE);
        }
        return Map.copyOf(methods);
    }

    private static List<Object> items(Object list) {
        return list instanceof Tuple tuple ? tuple.items() : Types.list((List<?>) list);
    }

    private static Object count(Object list, Arguments arguments, Rendering rendering) {
        Object wanted = arguments.bindPositional("count", 1, "value").get(0);
        long count = 0;
        for (Object item : items(list)) {
            if (rendering.comparison().equal(item, wanted)) {
                count++;
            }
        }
        return count;
    }

    private static Object index(Object list, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bindPositional("index", 1, "value", "start", "stop");
        List<Object> items = items(list);
        int start = Span.place(bound.integer(1, 0), items.size());
        int stop = Span.place(bound.integer(2, items.size()), items.size());
        for (int i = start; i < stop; i++) {
            if (rendering.comparison().equal(items.get(i), bound.get(0))) {
                return (long) i;
            }
        }
        throw new TemplateError(rendering.texts().repr(bound.get(0)) + " is not in list");
    }
}
