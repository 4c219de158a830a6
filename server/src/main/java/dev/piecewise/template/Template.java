package dev.piecewise.template;

import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A Jinja2 template, ready to be rendered. Any thread may call. */
public final class Template {
    private static final String FIELD = "messages";

    private final List<Stmt> body;
    private final Set<String> unset;
    private final Clock clock;

    private Template(List<Stmt> body, Clock clock) {
        this.body = body;
        unset = Unset.in(body);
        this.clock = clock;
    }

    /** Reads a template whose {@code strftime_now} reads {@code clock}. INVALID_REQUEST with the line for what is no template. */
    public static Template compile(String source, Clock clock) {
        try {
            return new Template(Parser.parse(source), clock);
        } catch (TemplateError error) {
            throw failed(error, error.line());
        }
    }

    /**
     * The template's text for these variables: null, strings, numbers, booleans, lists and maps of them. INVALID_REQUEST with the template's own words when it
     * raises, with what failed and the line when it cannot be rendered or exceeds a budget.
     */
    public String render(Map<String, ? extends @Nullable Object> variables) {
        Values values = new Values();
        Scope scope = scope(values, variables);
        unset.forEach(name -> scope.set(name, Undefined.variable(name)));
        Rendering rendering = new Rendering(values.budget(), clock);
        try {
            return rendering.texts().text(rendering.renderer().text(body, scope));
        } catch (TemplateError error) {
            throw error.raised() ? ServingException.invalid(FIELD, error.text()) : failed(error, rendering.line());
        } catch (StackOverflowError deep) {
            throw failed(Budget.tooDeep(), rendering.line());
        }
    }

    private static Scope scope(Values values, Map<String, ? extends @Nullable Object> variables) {
        try {
            return Scope.global(values.variables(variables)).inner();
        } catch (TemplateError error) {
            throw failed(error, 0);
        }
    }

    private static ServingException failed(TemplateError error, int line) {
        String place = line > 0 ? " (line " + line + ")" : "";
        return ServingException.invalid(FIELD, "the chat template cannot be used for this: " + error.text() + place);
    }
}
