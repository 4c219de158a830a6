package dev.piecewise.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** What kind of thing a value is, in Python's words. */
final class Types {
    private Types() {}

    /** The name of the type. */
    static String name(Object value) {
        return switch (value) {
            case None none -> "NoneType";
            case String string -> "str";
            case Markup markup -> "Markup";
            case Boolean bool -> "bool";
            case Long integer -> "int";
            case BigInteger integer -> "int";
            case Double number -> "float";
            case Range range -> "range";
            case List<?> list -> "list";
            case Tuple tuple -> tuple.group() ? "_GroupTuple" : "tuple";
            case Map<?, ?> map -> "dict";
            case View view -> view.kind();
            case Generator generator -> "generator";
            case Undefined undefined -> "Undefined";
            case Namespace namespace -> "Namespace";
            case Loop loop -> "LoopContext";
            case Macro macro -> "Macro";
            case Cycler cycler -> "Cycler";
            default -> "builtin_function_or_method";
        };
    }

    /** The type as messages about missing attributes write it. */
    static String described(Object value) {
        String module = switch (value) {
            case Markup markup -> "markupsafe.";
            case Namespace namespace -> "jinja2.utils.";
            case Cycler cycler -> "jinja2.utils.";
            case Loop loop -> "jinja2.runtime.";
            case Macro macro -> "jinja2.runtime.";
            default -> "";
        };
        return value == None.NONE ? "None" : module + name(value) + " object";
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean bool -> bool;
            case String string -> !string.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            case None none -> false;
            case Undefined undefined -> false;
            case Long integer -> integer != 0;
            case Double number -> number != 0;
            case List<?> list -> !list.isEmpty();
            case Tuple tuple -> !tuple.items().isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case View view -> !view.items().isEmpty();
            default -> true;
        };
    }

    /** Python's {@code is}, as far as Java's objects are Python's. */
    @SuppressWarnings("ReferenceEquality")
    static boolean identical(Object left, Object right) {
        return left == right;
    }

    static boolean isString(Object value) {
        return value instanceof String || value instanceof Markup;
    }

    static boolean isNumber(Object value) {
        return isInteger(value) || value instanceof Double;
    }

    /** Whether Python counts it as an int, which it does with a bool. */
    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    /** The string itself; an error when the value is none. */
    static String string(Object value) {
        return switch (value) {
            case String string -> string;
            case Markup markup -> markup.text();
            case Undefined undefined -> throw undefined.error();
            default -> throw new TemplateError("expected str, got " + name(value));
        };
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(List<?> list) {
        return (List<Object>) list;
    }

    @SuppressWarnings("unchecked")
    static Map<Object, Object> dict(Map<?, ?> map) {
        return (Map<Object, Object>) map;
    }
}
