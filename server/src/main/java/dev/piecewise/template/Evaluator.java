package dev.piecewise.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes the values of expressions. */
final class Evaluator {
    private final Rendering rendering;
    private final Budget budget;

    Evaluator(Rendering rendering) {
        this.rendering = rendering;
        budget = rendering.budget();
    }

    Object value(Expr expression, Scope scope) {
        budget.step();
        return switch (expression) {
            case Expr.Literal literal -> literal.value();
            case Expr.Name name -> scope.get(name.name());
            default -> nested(expression, scope);
        };
    }

    boolean truth(Expr expression, Scope scope) {
        return Types.truth(value(expression, scope));
    }

    /** Errors end the rendering, so the depth is not restored when there is one. */
    private Object nested(Expr expression, Scope scope) {
        budget.enter();
        Object value = switch (expression) {
            case Expr.Literal literal -> literal.value();
            case Expr.Name name -> scope.get(name.name());
            case Expr.ListOf list -> values(list.items(), scope);
            case Expr.TupleOf tuple -> new Tuple(values(tuple.items(), scope), false);
            case Expr.DictOf dict -> dict(dict.pairs(), scope);
            case Expr.Attribute attribute ->
                rendering.attributes().attribute(value(attribute.object(), scope), attribute.name());
            case Expr.Item item -> rendering.attributes().item(value(item.object(), scope), value(item.index(), scope));
            case Expr.Slice slice ->
                rendering
                        .slices()
                        .slice(
                                value(slice.object(), scope),
                                optional(slice.start(), scope),
                                optional(slice.stop(), scope),
                                optional(slice.step(), scope));
            case Expr.Call call -> call(value(call.callee(), scope), arguments(call.inputs(), scope));
            case Expr.Filtered filtered -> filtered(filtered, optional(filtered.input(), scope), scope);
            case Expr.Tested tested -> tested(tested, scope);
            case Expr.Unary unary -> rendering.operators().sign(unary.negative(), value(unary.operand(), scope));
            case Expr.Binary binary ->
                rendering
                        .operators()
                        .apply(binary.operator(), value(binary.left(), scope), value(binary.right(), scope), rendering);
            case Expr.Concat concat -> concat(concat.parts(), scope);
            case Expr.Compare compare -> compare(compare, scope);
            case Expr.Not not -> !truth(not.operand(), scope);
            case Expr.And and -> either(and.left(), and.right(), false, scope);
            case Expr.Or or -> either(or.left(), or.right(), true, scope);
            case Expr.Conditional conditional -> conditional(conditional, scope);
        };
        budget.leave();
        return value;
    }

    /** The left value where its truth decides, otherwise the right one. */
    private Object either(Expr left, Expr right, boolean decides, Scope scope) {
        Object first = value(left, scope);
        return Types.truth(first) == decides ? first : value(right, scope);
    }

    private Object optional(@Nullable Expr expression, Scope scope) {
        return expression == null ? None.NONE : value(expression, scope);
    }

    private List<Object> values(List<Expr> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expr expression : expressions) {
            values.add(value(expression, scope));
        }
        return values;
    }

    private Map<Object, Object> dict(List<Expr.Pair> pairs, Scope scope) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        for (Expr.Pair pair : pairs) {
            Object key = Keys.of(value(pair.key(), scope), budget);
            dict.put(key, value(pair.value(), scope));
        }
        return dict;
    }

    Object call(Object callee, Arguments arguments) {
        return switch (callee) {
            case Callable callable -> callable.call(arguments, rendering);
            case Undefined undefined -> throw undefined.error();
            default -> throw new TemplateError("'" + Types.name(callee) + "' object is not callable");
        };
    }

    Arguments arguments(Expr.Inputs inputs, Scope scope) {
        if (inputs.isEmpty()) {
            return Arguments.NONE;
        }
        List<Object> positional = values(inputs.positional(), scope);
        Map<String, Object> named = new LinkedHashMap<>();
        for (Expr.Keyword keyword : inputs.named()) {
            named.put(keyword.name(), value(keyword.value(), scope));
        }
        if (inputs.more() != null) {
            rendering.iteration().iterator(value(inputs.more(), scope)).forEachRemaining(positional::add);
        }
        if (inputs.moreNamed() != null) {
            spread(value(inputs.moreNamed(), scope), named);
        }
        return new Arguments(positional, named);
    }

    private void spread(Object more, Map<String, Object> named) {
        if (!(more instanceof Map<?, ?> map)) {
            throw new TemplateError("argument after ** must be a mapping, not " + Types.name(more));
        }
        budget.steps(map.size());
        Types.dict(map).forEach((key, value) -> named.put(Types.string(key), value));
    }

    /** Applies a filter, or the filters before it first. */
    Object filtered(Expr.Filtered filtered, Object input, Scope scope) {
        Filter filter = filtered.filter();
        if (filter == null) {
            throw new TemplateError("No filter named " + Texts.quoted(filtered.name()) + " found.");
        }
        return filter.apply(input, arguments(filtered.inputs(), scope), rendering);
    }

    /** Passes a block's text through a chain of filters, the innermost of which has no input. */
    Object throughFilters(Expr chain, Object text, Scope scope) {
        if (!(chain instanceof Expr.Filtered filtered)) {
            throw new IllegalArgumentException("no filter");
        }
        Object input = filtered.input() == null ? text : throughFilters(filtered.input(), text, scope);
        return filtered(filtered, input, scope);
    }

    private boolean tested(Expr.Tested tested, Scope scope) {
        Test test = tested.test();
        if (test == null) {
            throw new TemplateError("No test named " + Texts.quoted(tested.name()) + " found.");
        }
        return test.holds(value(tested.input(), scope), arguments(tested.inputs(), scope), rendering);
    }

    private String concat(List<Expr> parts, Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Expr part : parts) {
            String next = rendering.texts().text(value(part, scope));
            budget.characters(next.length());
            text.append(next);
        }
        return text.toString();
    }

    private boolean compare(Expr.Compare compare, Scope scope) {
        Object left = value(compare.first(), scope);
        for (Expr.Operand operand : compare.rest()) {
            Object right = value(operand.value(), scope);
            if (!rendering.comparison().holds(operand.comparator(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object conditional(Expr.Conditional conditional, Scope scope) {
        if (truth(conditional.condition(), scope)) {
            return value(conditional.then(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the inline if-expression evaluated to false and no else section was defined.")
                : value(conditional.otherwise(), scope);
    }
}
