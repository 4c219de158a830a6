package dev.piecewise.template;

import java.util.List;
import java.util.Map;

/** What may be the key of a dict. */
final class Keys {
    private Keys() {}

    /** The value as a key; an error for what Python cannot hash. */
    static Object of(Object value, Budget budget) {
        return switch (value) {
            case Markup markup -> markup.text();
            case Range range -> range;
            case List<?> list -> throw unhashable(list);
            case Map<?, ?> map -> throw unhashable(map);
            case View view -> throw unhashable(view);
            case Tuple tuple -> {
                budget.enter();
                budget.steps(tuple.items().size());
                List<Object> items =
                        tuple.items().stream().map(item -> of(item, budget)).toList();
                budget.leave();
                yield new Tuple(items, false);
            }
            default -> value;
        };
    }

    private static TemplateError unhashable(Object value) {
        return new TemplateError("unhashable type: '" + Types.name(value) + "'");
    }
}
