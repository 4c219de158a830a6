package dev.piecewise.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The filters that need an order or equality among elements. */
final class OrderFilters {
    static final Map<String, Filter> ALL = Map.of(
            "sort", OrderFilters::sort,
            "dictsort", OrderFilters::dictSort,
            "groupby", OrderFilters::groupBy,
            "unique", OrderFilters::unique,
            "min", (value, arguments, rendering) -> extreme("min", -1, value, arguments, rendering),
            "max", (value, arguments, rendering) -> extreme("max", 1, value, arguments, rendering));

    private OrderFilters() {}

    private record Keyed(Object key, Object item) {}

    /** Elements with equal keys stay in their order, also when it is reversed. */
    private static List<Keyed> sorted(
            List<Object> items, Function<Object, Object> key, boolean reverse, Rendering rendering) {
        List<Keyed> keyed = new ArrayList<>(items.size());
        for (Object item : items) {
            keyed.add(new Keyed(key.apply(item), item));
        }
        Comparison comparison = rendering.comparison();
        try {
            keyed.sort((a, b) -> reverse ? comparison.order(b.key(), a.key()) : comparison.order(a.key(), b.key()));
        } catch (IllegalArgumentException inconsistent) {
            throw new TemplateError("the elements have no order");
        }
        return keyed;
    }

    private static List<Object> items(List<Keyed> keyed) {
        List<Object> items = new ArrayList<>(keyed.size());
        keyed.forEach(each -> items.add(each.item()));
        return items;
    }

    private static Object sort(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        boolean exact = bound.flag(1, false);
        List<Path> paths = paths(bound.get(2));
        Function<Object, Object> key = item -> {
            List<Object> keys = new ArrayList<>(paths.size());
            paths.forEach(path -> keys.add(Path.folded(path.follow(item, rendering), exact)));
            return keys;
        };
        return items(sorted(rendering.iteration().list(value), key, bound.flag(0, false), rendering));
    }

    /** Attributes with commas between them. */
    private static List<Path> paths(Object attributes) {
        if (!(attributes instanceof String names)) {
            return List.of(Path.of(attributes));
        }
        List<Path> paths = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            paths.add(Path.of(name));
        }
        return paths;
    }

    private static Object dictSort(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        int place = switch (bound.text(1, "key")) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new TemplateError("You can only sort by either \"key\" or \"value\"");
        };
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateError("'" + Types.name(value) + "' object has no attribute 'items'");
        }
        boolean exact = bound.flag(0, false);
        Function<Object, Object> key =
                item -> Path.folded(((Tuple) item).items().get(place), exact);
        return items(sorted(DictMethods.items(Types.dict(map), rendering), key, bound.flag(2, false), rendering));
    }

    private static Object groupBy(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
        Path path = Path.of(bound.get(0));
        boolean exact = bound.flag(2, false);
        Function<Object, Object> key = item -> Path.folded(path.follow(item, bound.get(1), rendering), exact);
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Keyed last = null;
        for (Keyed next : sorted(rendering.iteration().list(value), key, false, rendering)) {
            if (last != null && !rendering.comparison().equal(last.key(), next.key())) {
                groups.add(group(group, path, bound.get(1), rendering));
                group = new ArrayList<>();
            }
            group.add(next.item());
            last = next;
        }
        if (!group.isEmpty()) {
            groups.add(group(group, path, bound.get(1), rendering));
        }
        return groups;
    }

    private static Tuple group(List<Object> items, Path path, Object missing, Rendering rendering) {
        return new Tuple(List.of(path.follow(items.getFirst(), missing, rendering), items), true);
    }

    private static Object unique(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
        boolean exact = bound.flag(0, false);
        Path path = Path.of(bound.get(1));
        Set<Object> seen = new HashSet<>();
        return new Generator(() -> new Chosen(
                rendering.iteration().iterator(value),
                item -> seen.add(Keys.of(Path.folded(path.follow(item, rendering), exact), rendering.budget()))));
    }

    /** The first element that is less, or greater, than all others. */
    private static Object extreme(String name, int sign, Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind(name, 0, "case_sensitive", "attribute");
        boolean exact = bound.flag(0, false);
        Path path = Path.of(bound.get(1));
        Keyed best = null;
        for (Object item : rendering.iteration().list(value)) {
            Object key = Path.folded(path.follow(item, rendering), exact);
            if (best == null || rendering.comparison().order(key, best.key()) * sign > 0) {
                best = new Keyed(key, item);
            }
        }
        return best == null ? new Undefined("No aggregated item, sequence was empty.") : best.item();
    }
}
