package dev.piecewise.template;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The filters that apply a filter or a test to each element. What they return is computed only as far as it is used. */
final class SelectionFilters {
    static final Map<String, Filter> ALL = Map.of(
            "map", SelectionFilters::map,
            "select", (value, arguments, rendering) -> select(value, arguments, rendering, false, true),
            "reject", (value, arguments, rendering) -> select(value, arguments, rendering, false, false),
            "selectattr", (value, arguments, rendering) -> select(value, arguments, rendering, true, true),
            "rejectattr", (value, arguments, rendering) -> select(value, arguments, rendering, true, false));

    private SelectionFilters() {}

    private static Object map(Object value, Arguments arguments, Rendering rendering) {
        if (!Types.truth(value)) {
            return nothing();
        }
        UnaryOperator<Object> change = change(arguments, rendering);
        Iterator<Object> items = rendering.iteration().iterator(value);
        return new Generator(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                return change.apply(items.next());
            }
        });
    }

    private static Generator nothing() {
        return new Generator(Collections.emptyIterator());
    }

    private static UnaryOperator<Object> change(Arguments arguments, Rendering rendering) {
        List<Object> positional = arguments.positional();
        Object attribute = arguments.named().get("attribute");
        if (positional.isEmpty() && attribute != null) {
            Map<String, Object> rest = new LinkedHashMap<>(arguments.named());
            rest.remove("attribute");
            Object missing = rest.remove("default");
            if (!rest.isEmpty()) {
                throw new TemplateError("Unexpected keyword argument "
                        + Texts.quoted(rest.keySet().iterator().next()));
            }
            Path path = Path.of(attribute);
            return item -> path.follow(item, missing == null ? None.NONE : missing, rendering);
        }
        if (positional.isEmpty()) {
            throw new TemplateError("map requires a filter argument");
        }
        String name = rendering.texts().text(positional.getFirst());
        Arguments rest = new Arguments(positional.subList(1, positional.size()), arguments.named());
        return item -> Filters.apply(name, item, rest, rendering);
    }

    private static Object select(
            Object value, Arguments arguments, Rendering rendering, boolean byAttribute, boolean wanted) {
        if (!Types.truth(value)) {
            return nothing();
        }
        List<Object> rest = arguments.positional();
        Path path = Path.ITSELF;
        if (byAttribute) {
            if (rest.isEmpty()) {
                throw new TemplateError("Missing parameter for attribute name");
            }
            path = Path.of(rest.getFirst());
            rest = rest.subList(1, rest.size());
        }
        Path way = path;
        Predicate<Object> test = test(rest, rendering);
        Iterator<Object> items = rendering.iteration().iterator(value);
        return new Generator(new Chosen(items, item -> test.test(way.follow(item, rendering)) == wanted));
    }

    private static Predicate<Object> test(List<Object> arguments, Rendering rendering) {
        if (arguments.isEmpty()) {
            return Types::truth;
        }
        String name = rendering.texts().text(arguments.getFirst());
        List<Object> rest = arguments.subList(1, arguments.size());
        return item -> Tests.holds(name, item, rest, rendering);
    }
}
