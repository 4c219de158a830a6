package dev.piecewise.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The methods of a dict. */
final class DictMethods {
    static final Map<String, Method> ALL = Map.ofEntries(
            Map.entry("keys", (dict, arguments, rendering) -> view("keys", dict, arguments, rendering)),
            Map.entry("values", (dict, arguments, rendering) -> view("values", dict, arguments, rendering)),
            Map.entry("items", (dict, arguments, rendering) -> view("items", dict, arguments, rendering)),
            Map.entry("get", DictMethods::get),
            Map.entry("copy", DictMethods::copy),
            Map.entry("pop", Method.UNSAFE),
            Map.entry("popitem", Method.UNSAFE),
            Map.entry("clear", Method.UNSAFE),
            Map.entry("setdefault", Method.UNSAFE),
            Map.entry("update", Method.UNSAFE));

    private DictMethods() {}

    private static Object view(String kind, Object dict, Arguments arguments, Rendering rendering) {
        arguments.none(kind);
        Map<Object, Object> entries = Types.dict((Map<?, ?>) dict);
        return new View(
                "dict_" + kind,
                switch (kind) {
                    case "keys" -> entries.keySet();
                    case "values" -> entries.values();
                    default -> items(entries, rendering);
                });
    }

    static List<Object> items(Map<Object, Object> dict, Rendering rendering) {
        rendering.budget().steps(dict.size());
        List<Object> items = new ArrayList<>(dict.size());
        dict.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    private static Object get(Object dict, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bindPositional("get", 1, "key", "default");
        Object value = ((Map<?, ?>) dict).get(Keys.of(bound.get(0), rendering.budget()));
        return value == null ? bound.get(1) : value;
    }

    private static Object copy(Object dict, Arguments arguments, Rendering rendering) {
        arguments.none("copy");
        rendering.budget().steps(((Map<?, ?>) dict).size());
        return new LinkedHashMap<>(Types.dict((Map<?, ?>) dict));
    }
}
