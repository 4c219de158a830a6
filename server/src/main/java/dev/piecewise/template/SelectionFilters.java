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
        return new Generator(() -> {
            if (!Types.truth(value)) {
                return Collections.emptyIterator();
            }
            UnaryOperator<Object> change = change(arguments, rendering);
            return new Changed(rendering.iteration().iterator(value), change);
        });
    }

    /** Values that are made of others when it is their turn. */
    private record Changed(Iterator<Object> items, UnaryOperator<Object> change) implements Iterator<Object> {
        @Override
        public boolean hasNext() {
            return items.hasNext();
        }

        @Override
        public Object next() {
            return change.apply(items.next());
        }
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
        return new Generator(() -> {
            if (!Types.truth(value)) {
                return Collections.emptyIterator();
            }
            List<Object> given = arguments.positional();
            if (byAttribute && given.isEmpty()) {
                throw new TemplateError("Missing parameter for attribute name");
            }
            Path path = byAttribute ? Path.of(given.getFirst()) : Path.ITSELF;
            Predicate<Object> test = test(given.subList(byAttribute ? 1 : 0, given.size()), rendering);
            return new Chosen(
                    rendering.iteration().iterator(value), item -> test.test(path.follow(item, rendering)) == wanted);
        });
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
