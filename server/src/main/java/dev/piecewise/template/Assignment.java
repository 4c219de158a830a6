package dev.piecewise.template;

import java.util.List;

/** Gives values to variables. */
final class Assignment {
    private final Iteration iteration;

    Assignment(Iteration iteration) {
        this.iteration = iteration;
    }

    void assign(Stmt.Target target, Object value, Scope scope) {
        switch (target) {
            case Stmt.Target.Variable variable -> scope.set(variable.name(), value);
            case Stmt.Target.Member member -> {
                if (!(scope.get(member.namespace()) instanceof Namespace namespace)) {
                    throw new TemplateError("cannot assign attribute on non-namespace object");
                }
                namespace.attributes.put(member.name(), value);
            }
            case Stmt.Target.Several several -> unpack(several.targets(), value, scope);
        }
    }

    private void unpack(List<Stmt.Target> targets, Object value, Scope scope) {
        if (!Iteration.isIterable(value)) {
            throw new TemplateError("cannot unpack non-iterable " + Types.name(value) + " object");
        }
        List<Object> values = iteration.list(value);
        if (values.size() > targets.size()) {
            throw new TemplateError("too many values to unpack (expected " + targets.size() + ")");
        }
        if (values.size() < targets.size()) {
            throw new TemplateError(
                    "not enough values to unpack (expected %d, got %d)".formatted(targets.size(), values.size()));
        }
        for (int i = 0; i < targets.size(); i++) {
            assign(targets.get(i), values.get(i), scope);
        }
    }
}
