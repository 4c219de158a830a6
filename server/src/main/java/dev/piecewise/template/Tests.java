package dev.piecewise.template;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Jinja2's tests by name. */
final class Tests {
    static final Map<String, Test> ALL = all();

    private Tests() {}

    private static Map<String, Test> all() {
        Map<String, Test> tests = new HashMap<>();
        kinds(tests);
        comparisons(tests);
        numbers(tests);
        tests.put("lower", (value, arguments, rendering) -> StringQuestions.isLower(text(value, rendering)));
        tests.put("upper", (value, arguments, rendering) -> StringQuestions.isUpper(text(value, rendering)));
        tests.put("filter", (value, arguments, rendering) -> Filters.ALL.containsKey(text(value, rendering)));
        tests.put("test", (value, arguments, rendering) -> ALL.containsKey(text(value, rendering)));
        return Map.copyOf(tests);
    }

    /** The operators by symbol and by name. */
    private static void comparisons(Map<String, Test> tests) {
        Map<String, Expr.Comparator> names = Map.ofEntries(
                Map.entry("eq", Expr.Comparator.EQUAL),
                Map.entry("equalto", Expr.Comparator.EQUAL),
                Map.entry("ne", Expr.Comparator.NOT_EQUAL),
                Map.entry("gt", Expr.Comparator.GREATER),
                Map.entry("greaterthan", Expr.Comparator.GREATER),
                Map.entry("ge", Expr.Comparator.GREATER_OR_EQUAL),
                Map.entry("lt", Expr.Comparator.LESS),
                Map.entry("lessthan", Expr.Comparator.LESS),
                Map.entry("le", Expr.Comparator.LESS_OR_EQUAL),
                Map.entry("in", Expr.Comparator.IN));
        names.forEach((name, comparator) -> {
            tests.put(name, comparing(comparator));
            tests.put(comparator.symbol(), comparing(comparator));
        });
    }

    private static void numbers(Map<String, Test> tests) {
        tests.put("odd", (value, arguments, rendering) -> rest(value, 2L, rendering) == 1);
        tests.put("even", (value, arguments, rendering) -> rest(value, 2L, rendering) == 0);
        tests.put(
                "divisibleby",
                (value, arguments, rendering) ->
                        rest(value, arguments.bind("divisibleby", 1, "num").get(0), rendering) == 0);
        tests.put(
                "sameas",
                (value, arguments, rendering) ->
                        same(value, arguments.bind("sameas", 1, "other").get(0)));
    }

    private static void kinds(Map<String, Test> tests) {
        tests.put("defined", kind(value -> !(value instanceof Undefined)));
        tests.put("undefined", kind(Undefined.class::isInstance));
        tests.put("none", kind(value -> value == None.NONE));
        tests.put("boolean", kind(Boolean.class::isInstance));
        tests.put("true", kind(Boolean.TRUE::equals));
        tests.put("false", kind(Boolean.FALSE::equals));
        tests.put("integer", kind(value -> Types.isInteger(value) && !(value instanceof Boolean)));
        tests.put("float", kind(Double.class::isInstance));
        tests.put("number", kind(Types::isNumber));
        tests.put("string", kind(Types::isString));
        tests.put("mapping", kind(Map.class::isInstance));
        tests.put("iterable", kind(Iteration::isIterable));
        tests.put("sequence", kind(Tests::isSequence));
        tests.put("callable", kind(value -> value instanceof Callable || value instanceof Undefined));
        tests.put("escaped", kind(Markup.class::isInstance));
    }

    private static Test kind(Predicate<Object> holds) {
        return (value, arguments, rendering) -> {
            arguments.none("test");
            return holds.test(value);
        };
    }

    private static boolean isSequence(Object value) {
        return Types.isString(value)
                || value instanceof Collection<?>
                || value instanceof Map<?, ?>
                || value instanceof Tuple
                || value instanceof Undefined;
    }

    private static Test comparing(Expr.Comparator comparator) {
        return (value, arguments, rendering) -> rendering
                .comparison()
                .holds(
                        comparator,
                        value,
                        arguments.bind(comparator.symbol(), 1, "other").get(0));
    }

    /** What is left of a division, -1 when that is no small whole number. */
    private static double rest(Object value, Object by, Rendering rendering) {
        Object rest = rendering.operators().apply(Expr.Operator.MODULO, value, by, rendering);
        return Types.isNumber(rest) ? Numbers.real(rest) : -1;
    }

    private static boolean same(Object value, Object other) {
        boolean simple = value instanceof Boolean || value instanceof Long || value instanceof String;
        return simple ? value.equals(other) : Types.identical(value, other);
    }

    private static String text(Object value, Rendering rendering) {
        return rendering.texts().text(value);
    }

    static boolean holds(String name, Object value, List<Object> arguments, Rendering rendering) {
        Test test = ALL.get(name);
        if (test == null) {
            throw new TemplateError("No test named " + Texts.quoted(name) + ".");
        }
        return test.holds(value, new Arguments(arguments, Map.of()), rendering);
    }
}
