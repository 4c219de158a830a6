package dev.piecewise.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, or the body of a call block, with the variables that it was defined among. Calling it returns what its body prints. */
final class Macro implements Callable {
    private final @Nullable String name;
    private final Stmt.Signature signature;
    private final List<Stmt> body;
    private final Scope around;

    Macro(@Nullable String name, Stmt.Signature signature, List<Stmt> body, Scope around) {
        this.name = name;
        this.signature = signature;
        this.body = body;
        this.around = around;
    }

    @Override
    public Object call(Arguments arguments, Rendering rendering) {
        Scope scope = around.inner();
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        parameters(arguments.positional(), named, scope, rendering);
        special(arguments.positional(), named, scope);
        return rendering.renderer().text(body, scope);
    }

    private void parameters(List<Object> positional, Map<String, Object> named, Scope scope, Rendering rendering) {
        List<String> names = signature.names();
        int firstDefault = names.size() - signature.defaults().size();
        names.forEach(name -> scope.set(name, Undefined.variable(name)));
        for (int i = 0; i < names.size(); i++) {
            String parameter = names.get(i);
            Object given = i < positional.size() ? positional.get(i) : named.remove(parameter);
            if (given == null) {
                given = i < firstDefault
                        ? new Undefined("parameter " + Texts.quoted(parameter) + " was not provided")
                        : rendering.evaluator().value(signature.defaults().get(i - firstDefault), scope);
            }
            scope.set(parameter, given);
        }
    }

    /** What the body asks for by name: {@code caller}, {@code kwargs}, {@code varargs}; what it does not ask for must not be there. */
    private void special(List<Object> positional, Map<String, Object> named, Scope scope) {
        if (signature.caller()) {
            Object caller = named.remove("caller");
            scope.set("caller", caller == null ? new Undefined("No caller defined") : caller);
        }
        int count = signature.names().size();
        if (signature.kwargs()) {
            scope.set("kwargs", new LinkedHashMap<Object, Object>(named));
        } else if (!named.isEmpty()) {
            throw new TemplateError("macro %s takes no keyword argument %s"
                    .formatted(
                            quotedName(), Texts.quoted(named.keySet().iterator().next())));
        }
        if (signature.varargs()) {
            List<Object> more = positional.subList(Math.min(count, positional.size()), positional.size());
            scope.set("varargs", new Tuple(new ArrayList<>(more), false));
        } else if (positional.size() > count) {
            throw new TemplateError("macro %s takes not more than %d argument(s)".formatted(quotedName(), count));
        }
    }

    @Nullable Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> name == null ? None.NONE : name;
            case "arguments" -> new Tuple(List.copyOf(signature.names()), false);
            case "catch_kwargs" -> signature.kwargs();
            case "catch_varargs" -> signature.varargs();
            case "caller" -> signature.caller();
            default -> null;
        };
    }

    private String quotedName() {
        return name == null ? "None" : Texts.quoted(name);
    }

    @Override
    public String toString() {
        return "<Macro " + (name == null ? "anonymous" : quotedName()) + ">";
    }
}
