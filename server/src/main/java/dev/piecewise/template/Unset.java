package dev.piecewise.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the variables of a template that are undefined until it sets them, even where the caller passes one of the same name. As in Jinja2 these are the ones that the
 * template sets itself, outside of conditions and blocks, before anything else at the same level mentions them; macros and loops that come earlier see the difference.
 */
final class Unset {
    private final Set<String> mentioned = new HashSet<>();
    private final Set<String> unset = new HashSet<>();
    private final Deque<Expr> pending = new ArrayDeque<>();

    private Unset() {}

    static Set<String> in(List<Stmt> body) {
        Unset finder = new Unset();
        body.forEach(statement -> finder.statement(statement, false));
        return Set.copyOf(finder.unset);
    }

    private void statement(Stmt statement, boolean conditional) {
        switch (statement) {
            case Stmt.Print print -> mention(print.value());
            case Stmt.If choice -> {
                choice.branches().forEach(branch -> {
                    mention(branch.condition());
                    branch.body().forEach(inner -> statement(inner, true));
                });
                choice.otherwise().forEach(inner -> statement(inner, true));
            }
            case Stmt.For loop -> mention(loop.header().elements());
            case Stmt.Set set -> {
                mention(set.value());
                set(set.target(), conditional);
            }
            case Stmt.SetBlock set -> set(set.target(), conditional);
            case Stmt.Define macro -> set(macro.name(), conditional);
            case Stmt.CallBlock call -> mention(call.call());
            case Stmt.FilterBlock filter -> mention(filter.filter());
            case Stmt.With with -> with.values().forEach(this::mention);
            case Stmt.Data data -> {}
            case Stmt.Break end -> {}
            case Stmt.Continue next -> {}
            case Stmt.Scoped scoped -> {}
            case Stmt.Autoescape autoescape -> {}
            case Stmt.Foreign foreign -> {}
        }
    }

    private void set(Stmt.Target target, boolean conditional) {
        switch (target) {
            case Stmt.Target.Variable variable -> set(variable.name(), conditional);
            case Stmt.Target.Member member -> mentioned.add(member.namespace());
            case Stmt.Target.Several several -> several.targets().forEach(each -> set(each, conditional));
        }
    }

    private void set(String name, boolean conditional) {
        if (mentioned.add(name) && !conditional) {
            unset.add(name);
        }
    }

    /** Expressions may be nested deeper than the stack would allow. */
    private void mention(@Nullable Expr expression) {
        later(expression);
        while (!pending.isEmpty()) {
            note(pending.pop());
        }
    }

    private void later(@Nullable Expr expression) {
        if (expression != null) {
            pending.push(expression);
        }
    }

    private void note(Expr expression) {
        switch (expression) {
            case Expr.Name name -> mentioned.add(name.name());
            case Expr.Literal literal -> {}
            case Expr.ListOf list -> list.items().forEach(this::later);
            case Expr.TupleOf tuple -> tuple.items().forEach(this::later);
            case Expr.DictOf dict -> dict.pairs().forEach(pair -> later(pair.key(), pair.value()));
            case Expr.Attribute attribute -> later(attribute.object());
            case Expr.Item item -> later(item.object(), item.index());
            case Expr.Slice slice -> later(slice.object(), slice.start(), slice.stop(), slice.step());
            case Expr.Call call -> {
                later(call.callee());
                later(call.inputs());
            }
            case Expr.Filtered filtered -> {
                later(filtered.input());
                later(filtered.inputs());
            }
            case Expr.Tested tested -> {
                later(tested.input());
                later(tested.inputs());
            }
            default -> operation(expression);
        }
    }

    private void operation(Expr expression) {
        switch (expression) {
            case Expr.Unary unary -> later(unary.operand());
            case Expr.Binary binary -> later(binary.left(), binary.right());
            case Expr.Concat concat -> concat.parts().forEach(this::later);
            case Expr.Compare compare -> {
                later(compare.first());
                compare.rest().forEach(operand -> later(operand.value()));
            }
            case Expr.Not not -> later(not.operand());
            case Expr.And and -> later(and.left(), and.right());
            case Expr.Or or -> later(or.left(), or.right());
            case Expr.Conditional choice -> later(choice.condition(), choice.then(), choice.otherwise());
            default -> throw new IllegalArgumentException("no operation");
        }
    }

    private void later(@Nullable Expr... expressions) {
        for (Expr expression : expressions) {
            later(expression);
        }
    }

    private void later(Expr.Inputs inputs) {
        inputs.positional().forEach(this::later);
        inputs.named().forEach(keyword -> later(keyword.value()));
        later(inputs.more(), inputs.moreNamed());
    }
}
