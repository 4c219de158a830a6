package dev.piecewise.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code cycler(...)} returns: values that follow each other in a circle. */
final class Cycler {
    private final List<Object> values;
    private int place;

    Cycler(List<Object> values) {
        if (values.isEmpty()) {
            throw new TemplateError("at least one item has to be provided");
        }
        this.values = values;
    }

    @Nullable Object attribute(String name) {
        return switch (name) {
            case "current" -> values.get(place);
            case "next" -> (Callable) (arguments, rendering) -> next();
            case "reset" ->
                (Callable) (arguments, rendering) -> {
                    place = 0;
                    return None.NONE;
                };
            default -> null;
        };
    }

    private Object next() {
        Object value = values.get(place);
        place = (place + 1) % values.size();
        return value;
    }
}
