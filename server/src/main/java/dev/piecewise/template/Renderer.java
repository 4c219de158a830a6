package dev.piecewise.template;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the statements of a template and collects what they print. */
final class Renderer {
    private final Rendering rendering;
    private final Budget budget;
    private final Evaluator evaluator;
    private final Assignment assignment;

    Renderer(Rendering rendering) {
        this.rendering = rendering;
        budget = rendering.budget();
        evaluator = rendering.evaluator();
        assignment = new Assignment(rendering.iteration());
    }

    /** What comes after a statement. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    /** What a body prints; a string, or HTML while strings are escaped. */
    Object text(List<Stmt> body, Scope scope) {
        StringBuilder out = new StringBuilder();
        if (run(body, scope, out) != Flow.NEXT) {
            throw new TemplateError("'break' outside loop");
        }
        return rendering.printed(out);
    }

    private Flow run(List<Stmt> body, Scope scope, StringBuilder out) {
        budget.enter();
        for (Stmt statement : body) {
            Flow flow = run(statement, scope, out);
            if (flow != Flow.NEXT) {
                budget.leave();
                return flow;
            }
        }
        budget.leave();
        return Flow.NEXT;
    }

    private Flow run(Stmt statement, Scope scope, StringBuilder out) {
        budget.step();
        return switch (statement) {
            case Stmt.Data data -> print(data.text(), out);
            case Stmt.Print print -> {
                rendering.at(print.line());
                yield print(rendering.text(evaluator.value(print.value(), scope)), out);
            }
            case Stmt.If choice -> choose(choice, scope, out);
            case Stmt.For loop -> {
                rendering.at(loop.header().line());
                Object elements = evaluator.value(loop.header().elements(), scope);
                loop(loop, elements, scope, 0, out);
                yield Flow.NEXT;
            }
            case Stmt.Break end -> Flow.BREAK;
            case Stmt.Continue next -> Flow.CONTINUE;
            case Stmt.Set set -> {
                rendering.at(set.line());
                assignment.assign(set.target(), evaluator.value(set.value(), scope), scope);
                yield Flow.NEXT;
            }
            case Stmt.SetBlock set -> set(set, scope);
            case Stmt.Define macro -> {
                scope.set(macro.name(), new Macro(macro.name(), macro.signature(), macro.body(), scope));
                yield Flow.NEXT;
            }
            case Stmt.CallBlock call -> call(call, scope, out);
            case Stmt.FilterBlock filter -> filter(filter, scope, out);
            case Stmt.With with -> with(with, scope, out);
            case Stmt.Scoped scoped -> {
                Scope outer = scoped.seesLoops() ? scope : scope.outermost();
                yield print(rendering.text(text(scoped.body(), outer.inner())), out);
            }
            case Stmt.Autoescape autoescape -> autoescape(autoescape, scope, out);
            case Stmt.Foreign foreign -> {
                rendering.at(foreign.line());
                throw new TemplateError("no loader for this environment specified");
            }
        };
    }

    private Flow print(String text, StringBuilder out) {
        budget.characters(text.length());
        out.append(text);
        return Flow.NEXT;
    }

    private Flow choose(Stmt.If choice, Scope scope, StringBuilder out) {
        for (Stmt.Branch branch : choice.branches()) {
            rendering.at(branch.line());
            if (evaluator.truth(branch.condition(), scope)) {
                return run(branch.body(), scope, out);
            }
        }
        return run(choice.otherwise(), scope, out);
    }

    private void loop(Stmt.For statement, Object elements, Scope scope, int depth, StringBuilder out) {
        Stmt.Header header = statement.header();
        Expr condition = header.condition();
        Iterator<Object> items = rendering.iteration().iterator(elements);
        Loop loop = new Loop(
                condition == null ? items : new Chosen(items, item -> chosen(header.target(), condition, item, scope)),
                condition == null ? knownLength(elements) : -1,
                header.recursive() ? (inner, outer) -> again(statement, inner, scope, outer) : null,
                depth);
        boolean empty = true;
        while (loop.hasNext()) {
            Scope round = scope.inner();
            round.set("loop", loop);
            assignment.assign(header.target(), loop.next(), round);
            Flow flow = run(statement.body(), round, out);
            empty &= flow != Flow.NEXT;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        if (empty) {
            run(statement.otherwise(), scope.inner(), out);
        }
    }

    private static long knownLength(Object elements) {
        return elements instanceof Generator ? -1 : Iteration.length(elements);
    }

    private boolean chosen(Stmt.Target target, Expr condition, Object item, Scope scope) {
        Scope test = scope.inner();
        assignment.assign(target, item, test);
        return evaluator.truth(condition, test);
    }

    private Object again(Stmt.For statement, Object elements, Scope scope, Loop outer) {
        StringBuilder out = new StringBuilder();
        budget.enter();
        loop(statement, elements, scope, outer.depth() + 1, out);
        budget.leave();
        return rendering.printed(out);
    }

    private Flow set(Stmt.SetBlock set, Scope scope) {
        StringBuilder out = new StringBuilder();
        Scope inner = scope.inner();
        Flow flow = run(set.body(), inner, out);
        if (flow == Flow.NEXT) {
            rendering.at(set.line());
            Object text = rendering.printed(out);
            Object value = set.filter() == null ? text : evaluator.throughFilters(set.filter(), text, inner);
            assignment.assign(set.target(), value, scope);
        }
        return flow;
    }

    private Flow call(Stmt.CallBlock block, Scope scope, StringBuilder out) {
        rendering.at(block.line());
        Object callee = evaluator.value(block.call().callee(), scope);
        Arguments arguments = evaluator.arguments(block.call().inputs(), scope);
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        named.put("caller", new Macro(null, block.signature(), block.body(), scope));
        Object result = evaluator.call(callee, new Arguments(arguments.positional(), named));
        return print(rendering.text(result), out);
    }

    private Flow filter(Stmt.FilterBlock block, Scope scope, StringBuilder out) {
        StringBuilder body = new StringBuilder();
        Scope inner = scope.inner();
        Flow flow = run(block.body(), inner, body);
        if (flow == Flow.NEXT) {
            rendering.at(block.line());
            Object filtered = evaluator.throughFilters(block.filter(), rendering.printed(body), inner);
            print(rendering.text(filtered), out);
        }
        return flow;
    }

    private Flow with(Stmt.With with, Scope scope, StringBuilder out) {
        rendering.at(with.line());
        Scope inner = scope.inner();
        for (int i = 0; i < with.targets().size(); i++) {
            assignment.assign(
                    with.targets().get(i), evaluator.value(with.values().get(i), scope), inner);
        }
        return run(with.body(), inner, out);
    }

    private Flow autoescape(Stmt.Autoescape autoescape, Scope scope, StringBuilder out) {
        boolean before = rendering.escaping();
        rendering.escape(evaluator.truth(autoescape.on(), scope));
        Flow flow = run(autoescape.body(), scope.inner(), out);
        rendering.escape(before);
        return flow;
    }
}
