package dev.piecewise.template;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Jinja2 template, ready to be rendered. Any thread may call. */
public final class Template {
    private final String source;

    private Template(String source) {
        this.source = source;
    }

    /** Reads a template whose {@code strftime_now} reads {@code clock}. INVALID_REQUEST with the line for what is no template. */
    public static Template compile(String source, Clock clock) {
        return new Template(source);
    }

    /**
     * The template's text for these variables: null, strings, numbers, booleans, lists and maps of them. INVALID_REQUEST with the template's own words when it
     * raises, with what failed and the line when it cannot be rendered or exceeds a budget.
     */
    public String render(Map<String, ? extends @Nullable Object> variables) {
        if (source.isEmpty()) {
            return "";
        }
        throw new ServingException(ErrorCode.UNAVAILABLE, "chat templates are not supported yet");
    }
}
