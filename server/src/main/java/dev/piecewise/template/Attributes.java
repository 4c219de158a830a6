package dev.piecewise.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code a.b} and {@code a['b']}: the first one prefers Python's methods, the second one prefers keys; what is in neither is undefined. */
final class Attributes {
    private final Budget budget;
    private final Texts texts;

    Attributes(Budget budget, Texts texts) {
        this.budget = budget;
        this.texts = texts;
    }

    /** {@code object.name} */
    Object attribute(Object object, String name) {
        Object found = find(object, name);
        if (found == null && object instanceof Map<?, ?> map) {
            found = map.get(name);
        }
        return found == null ? Undefined.attribute(object, name) : found;
    }

    /** {@code object[index]} */
    Object item(Object object, Object index) {
        Object found = element(object, index);
        if (found != null) {
            return found;
        }
        if (!Types.isString(index)) {
            return Undefined.element(object, texts.repr(index));
        }
        String name = Types.string(index);
        Object attribute = find(object, name);
        return attribute == null ? Undefined.attribute(object, name) : attribute;
    }

    private @Nullable Object element(Object object, Object index) {
        return switch (object) {
            case Undefined undefined -> throw undefined.error();
            case Map<?, ?> map -> isHashable(index) ? map.get(Keys.of(index, budget)) : null;
            case List<?> list -> at(Types.list(list), index);
            case Tuple tuple -> at(tuple.items(), index);
            case String string -> character(string, index);
            case Markup markup -> {
                String character = character(markup.text(), index);
                yield character == null ? null : new Markup(character);
            }
            default -> null;
        };
    }

    private static boolean isHashable(Object index) {
        return !(index instanceof List<?> || index instanceof Map<?, ?> || index instanceof View);
    }

    private static @Nullable Object at(List<Object> items, Object index) {
        int place = place(index, items.size());
        return place < 0 ? null : items.get(place);
    }

    private @Nullable String character(String string, Object index) {
        budget.characters(string.length());
        int place = place(index, Chars.length(string));
        return place < 0 ? null : Character.toString(string.codePointAt(Chars.offset(string, place)));
    }

    /** The place that an index means, -1 for none. */
    private static int place(Object index, int size) {
        if (!(index instanceof Long || index instanceof Boolean)) {
            return -1;
        }
        long place = Numbers.index(index);
        long fromStart = place < 0 ? place + size : place;
        return fromStart >= 0 && fromStart < size ? (int) fromStart : -1;
    }

    /** What Python's {@code getattr} finds, null for nothing. */
    private @Nullable Object find(Object object, String name) {
        if (name.startsWith("__") && name.endsWith("__")) {
            return Undefined.unsafe(object, name);
        }
        return switch (object) {
            case Undefined undefined -> throw undefined.error();
            case String string -> method(StringMethods.ALL, object, name);
            case Markup markup -> method(StringMethods.ALL, object, name);
            case Map<?, ?> map -> method(DictMethods.ALL, object, name);
            case Range range -> method(ListMethods.OF_TUPLES, object, name);
            case List<?> list -> method(ListMethods.ALL, object, name);
            case Tuple tuple -> ofTuple(tuple, name);
            case Namespace namespace -> namespace.attributes.get(name);
            case Loop loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            case Cycler cycler -> cycler.attribute(name);
            case Long integer -> NumberMethods.ofInteger(integer, name);
            case Boolean bool -> NumberMethods.ofInteger(bool ? 1 : 0, name);
            case Double number -> NumberMethods.ofFloat(number, name);
            default -> null;
        };
    }

    private static @Nullable Object ofTuple(Tuple tuple, String name) {
        if (tuple.group() && (name.equals("grouper") || name.equals("list"))) {
            return tuple.items().get(name.equals("grouper") ? 0 : 1);
        }
        return method(ListMethods.OF_TUPLES, tuple, name);
    }

    private static @Nullable Object method(Map<String, Method> methods, Object receiver, String name) {
        Method method = methods.get(name);
        if (method == null) {
            return null;
        }
        return method.equals(Method.UNSAFE)
                ? Undefined.unsafe(receiver, name)
                : (Callable) (arguments, rendering) -> method.call(receiver, arguments, rendering);
    }
}
