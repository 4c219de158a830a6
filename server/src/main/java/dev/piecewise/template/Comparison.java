package dev.piecewise.template;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Equality, order and membership as in Python. */
final class Comparison {
    private final Budget budget;
    private final Iteration iteration;

    Comparison(Budget budget, Iteration iteration) {
        this.budget = budget;
        this.iteration = iteration;
    }

    boolean holds(Expr.Comparator comparator, Object left, Object right) {
        return switch (comparator) {
            case EQUAL -> equal(left, right);
            case NOT_EQUAL -> !equal(left, right);
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> ordered(comparator, left, right);
            case IN -> contains(right, left);
            case NOT_IN -> !contains(right, left);
        };
    }

    boolean equal(Object left, Object right) {
        budget.step();
        if (Types.isString(left) && Types.isString(right)) {
            return equalStrings(Types.string(left), Types.string(right));
        }
        if (Types.isNumber(left) && Types.isNumber(right)) {
            return !isNan(left) && !isNan(right) && Numbers.compare(left, right) == 0;
        }
        return switch (left) {
            case Undefined undefined -> right instanceof Undefined;
            case List<?> list -> right instanceof List<?> other && equalItems(Types.list(list), Types.list(other));
            case Tuple tuple -> right instanceof Tuple other && equalItems(tuple.items(), other.items());
            case Map<?, ?> map -> right instanceof Map<?, ?> other && equalDicts(Types.dict(map), Types.dict(other));
            default -> Types.identical(left, right);
        };
    }

    private boolean equalStrings(String left, String right) {
        if (left.length() != right.length()) {
            return false;
        }
        budget.characters(left.length());
        return left.equals(right);
    }

    private boolean equalItems(List<Object> left, List<Object> right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        Iterator<Object> others = right.iterator();
        for (Object item : left) {
            if (!equal(item, others.next())) {
                budget.leave();
                return false;
            }
        }
        budget.leave();
        return true;
    }

    private boolean equalDicts(Map<Object, Object> left, Map<Object, Object> right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        for (Map.Entry<Object, Object> entry : left.entrySet()) {
            Object other = right.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other)) {
                budget.leave();
                return false;
            }
        }
        budget.leave();
        return true;
    }

    private static boolean isNan(Object value) {
        return value instanceof Double real && real.isNaN();
    }

    private boolean ordered(Expr.Comparator comparator, Object left, Object right) {
        if ((isNan(left) && Types.isNumber(right)) || (isNan(right) && Types.isNumber(left))) {
            return false;
        }
        int order = order(comparator, left, right);
        return switch (comparator) {
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_OR_EQUAL -> order >= 0;
            case EQUAL, NOT_EQUAL, IN, NOT_IN -> throw new IllegalArgumentException("no order");
        };
    }

    /** Negative, zero or positive as {@code left} is less than, equal to or greater than {@code right}; an error where Python has no order. */
    int order(Object left, Object right) {
        return order(Expr.Comparator.LESS, left, right);
    }

    private int order(Expr.Comparator comparator, Object left, Object right) {
        budget.step();
        if (Types.isNumber(left) && Types.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        if (Types.isString(left) && Types.isString(right)) {
            String a = Types.string(left);
            String b = Types.string(right);
            budget.characters(Math.min(a.length(), b.length()));
            return Chars.compare(a, b);
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return orderItems(comparator, a.items(), b.items());
        }
        if (left instanceof List<?> a && right instanceof List<?> b && !(a instanceof Range) && !(b instanceof Range)) {
            return orderItems(comparator, Types.list(a), Types.list(b));
        }
        if (left instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.error();
        }
        throw new TemplateError("'%s' not supported between instances of '%s' and '%s'"
                .formatted(comparator.symbol(), Types.name(left), Types.name(right)));
    }

    private int orderItems(Expr.Comparator comparator, List<Object> left, List<Object> right) {
        budget.enter();
        int order = Integer.compare(left.size(), right.size());
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!equal(left.get(i), right.get(i))) {
                order = order(comparator, left.get(i), right.get(i));
                break;
            }
        }
        budget.leave();
        return order;
    }

    /** Python's {@code item in container}. */
    boolean contains(Object container, Object item) {
        return switch (container) {
            case String string -> inString(string, item);
            case Markup markup -> inString(markup.text(), item);
            case Map<?, ?> map -> map.containsKey(Keys.of(item, budget));
            case Collection<?> items -> iterate(items, item);
            default -> {
                if (!Iteration.isIterable(container)) {
                    throw new TemplateError("argument of type '" + Types.name(container) + "' is not iterable");
                }
                yield iterate(container, item);
            }
        };
    }

    private boolean inString(String string, Object item) {
        if (!Types.isString(item)) {
            throw new TemplateError("'in <string>' requires string as left operand, not " + Types.name(item));
        }
        String wanted = Types.string(item);
        budget.search(string.length(), wanted.length());
        return string.contains(wanted);
    }

    private boolean iterate(Object container, Object item) {
        Iterator<Object> items = iteration.iterator(container);
        while (items.hasNext()) {
            Object next = items.next();
            if (Types.identical(next, item) || equal(next, item)) {
                return true;
            }
        }
        return false;
    }
}
