package dev.piecewise.template;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Jinja2's filters by name. */
final class Filters {
    static final Map<String, Filter> ALL = all();

    private Filters() {}

    private static Map<String, Filter> all() {
        Map<String, Filter> filters = new HashMap<>();
        filters.putAll(TextFilters.ALL);
        filters.putAll(HtmlFilters.ALL);
        filters.putAll(NumberFilters.ALL);
        filters.putAll(ListFilters.ALL);
        filters.putAll(OrderFilters.ALL);
        filters.putAll(SelectionFilters.ALL);
        filters.put("tojson", Json::filter);
        filters.put("default", Filters::missing);
        filters.put("d", Filters::missing);
        filters.put("attr", Filters::attribute);
        filters.put("items", Filters::items);
        filters.put("length", Filters::length);
        filters.put("count", Filters::length);
        for (String name : List.of("random", "urlize", "pprint")) {
            filters.put(name, (value, arguments, rendering) -> {
                throw new TemplateError("the filter " + name + " is not supported");
            });
        }
        return Map.copyOf(filters);
    }

    static Object apply(String name, Object value, Arguments arguments, Rendering rendering) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateError("No filter named " + Texts.quoted(name) + ".");
        }
        return filter.apply(value, arguments, rendering);
    }

    private static Object missing(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("default", 0, "default_value", "boolean");
        boolean absent = value instanceof Undefined || (bound.flag(1, false) && !Types.truth(value));
        return absent ? bound.get(0, "") : value;
    }

    /** An attribute, never a key. */
    private static Object attribute(Object value, Arguments arguments, Rendering rendering) {
        String name = arguments.bind("attr", 1, "name").text(0, "");
        boolean keyOnly = value instanceof Map<?, ?> && !DictMethods.ALL.containsKey(name);
        return keyOnly
                ? Undefined.attribute(value, name)
                : rendering.attributes().attribute(value, name);
    }

    private static Object items(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("items");
        return new Generator(() -> switch (value) {
            case Undefined undefined -> Collections.emptyIterator();
            case Map<?, ?> map -> DictMethods.items(Types.dict(map), rendering).iterator();
            default -> throw new TemplateError("Can only get item pairs from a mapping.");
        });
    }

    private static Object length(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("length");
        if (Types.isString(value)) {
            rendering.budget().characters(Types.string(value).length());
        }
        return Iteration.length(value);
    }
}
