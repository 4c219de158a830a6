package dev.piecewise.template;

import java.util.ArrayList;
import java.util.List;

/** {@code +}, {@code -} and the like for whatever has them: numbers, strings, lists. */
final class Operators {
    private final Budget budget;

    Operators(Budget budget) {
        this.budget = budget;
    }

    Object apply(Expr.Operator operator, Object left, Object right, Rendering rendering) {
        if (Types.isNumber(left) && Types.isNumber(right)) {
            return Numbers.apply(operator, left, right);
        }
        if (operator == Expr.Operator.MODULO && Types.isString(left)) {
            return modulo(left, right, rendering);
        }
        if (left instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.error();
        }
        return switch (operator) {
            case ADD -> sum(left, right);
            case MULTIPLY -> product(left, right);
            case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO, POWER -> throw unsupported(operator, left, right);
        };
    }

    Object sign(boolean negative, Object operand) {
        if (operand instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Types.isNumber(operand)) {
            throw new TemplateError(
                    "bad operand type for unary %s: '%s'".formatted(negative ? "-" : "+", Types.name(operand)));
        }
        if (negative) {
            return Numbers.negated(operand);
        }
        return operand instanceof Boolean bool ? Long.valueOf(bool ? 1 : 0) : operand;
    }

    private Object modulo(Object left, Object right, Rendering rendering) {
        String formatted = new Percent(rendering, left instanceof Markup).format(Types.string(left), right);
        return left instanceof Markup ? new Markup(formatted) : formatted;
    }

    private Object sum(Object left, Object right) {
        if (Types.isString(left) && Types.isString(right)) {
            return joined(left, right);
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return new Tuple(concatenated(a.items(), b.items()), false);
        }
        if (isList(left) && isList(right)) {
            return concatenated(Types.list((List<?>) left), Types.list((List<?>) right));
        }
        if (Types.isString(left)) {
            throw new TemplateError("can only concatenate str (not \"" + Types.name(right) + "\") to str");
        }
        if (isList(left) || left instanceof Tuple) {
            String type = Types.name(left);
            throw new TemplateError(
                    "can only concatenate %s (not \"%s\") to %s".formatted(type, Types.name(right), type));
        }
        throw unsupported(Expr.Operator.ADD, left, right);
    }

    private static boolean isList(Object value) {
        return value instanceof List<?> && !(value instanceof Range);
    }

    private Object joined(Object left, Object right) {
        String a = Types.string(left);
        String b = Types.string(right);
        budget.characters((long) a.length() + b.length());
        if (left instanceof String && right instanceof String) {
            return a.concat(b);
        }
        return new Markup(
                (left instanceof Markup ? a : Markup.escape(a)) + (right instanceof Markup ? b : Markup.escape(b)));
    }

    private List<Object> concatenated(List<Object> left, List<Object> right) {
        budget.steps((long) left.size() + right.size());
        List<Object> both = new ArrayList<>(left.size() + right.size());
        both.addAll(left);
        both.addAll(right);
        return both;
    }

    private Object product(Object left, Object right) {
        if (Types.isInteger(right) && !Types.isNumber(left)) {
            return repeated(left, Numbers.index(right), right);
        }
        if (Types.isInteger(left)) {
            return repeated(right, Numbers.index(left), left);
        }
        boolean sequence = Types.isString(left) || isList(left) || left instanceof Tuple;
        throw sequence
                ? new TemplateError("can't multiply sequence by non-int of type '" + Types.name(right) + "'")
                : unsupported(Expr.Operator.MULTIPLY, left, right);
    }

    private Object repeated(Object value, long times, Object by) {
        int count = Math.clamp(times, 0, Integer.MAX_VALUE);
        return switch (value) {
            case String string -> repeated(string, count);
            case Markup markup -> new Markup(repeated(markup.text(), count));
            case Range range -> throw unsupported(Expr.Operator.MULTIPLY, value, by);
            case List<?> list -> repeated(Types.list(list), count);
            case Tuple tuple -> new Tuple(repeated(tuple.items(), count), false);
            default -> throw unsupported(Expr.Operator.MULTIPLY, value, by);
        };
    }

    private String repeated(String string, int count) {
        budget.characters((long) string.length() * count);
        return string.repeat(count);
    }

    private List<Object> repeated(List<Object> items, int count) {
        budget.steps((long) items.size() * count);
        List<Object> repeated = new ArrayList<>(items.size() * count);
        for (int i = 0; i < count && !items.isEmpty(); i++) {
            repeated.addAll(items);
        }
        return repeated;
    }

    private static TemplateError unsupported(Expr.Operator operator, Object left, Object right) {
        String symbol = operator == Expr.Operator.POWER ? "** or pow()" : operator.symbol();
        return new TemplateError("unsupported operand type(s) for %s: '%s' and '%s'"
                .formatted(symbol, Types.name(left), Types.name(right)));
    }
}
