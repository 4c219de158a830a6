package dev.piecewise.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables: those of a loop's round, a macro's call or the whole template, in front of those around it. Assigning never changes the ones around. */
final class Scope {
    private final @Nullable Scope around;
    private @Nullable Map<String, Object> variables;

    private Scope(@Nullable Scope around, @Nullable Map<String, Object> variables) {
        this.around = around;
        this.variables = variables;
    }

    static Scope global(Map<String, Object> variables) {
        return new Scope(null, variables);
    }

    Scope inner() {
        return new Scope(this, null);
    }

    /** The variables of the whole template. */
    Scope outermost() {
        return around == null || around.around == null ? this : around.outermost();
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.around) {
            Object value = scope.variables == null ? null : scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return Undefined.variable(name);
    }

    void set(String name, Object value) {
        if (variables == null) {
            variables = new HashMap<>();
        }
        variables.put(name, value);
    }
}
