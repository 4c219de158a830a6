package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.tools.CallFormat;
import dev.piecewise.text.ChatTemplate;
import java.util.Optional;

/**
 * How a model converses.
 *
 * @param template how it writes conversations; empty for a model that was never taught any
 * @param calls how it writes calls of functions
 * @param reasoning whether what it thinks before it answers is given apart
 */
public record Dialect(Optional<ChatTemplate> template, CallFormat calls, boolean reasoning) {
    public static final Dialect NONE = new Dialect(Optional.empty(), CallFormat.UNKNOWN, false);

    public static Dialect of(Optional<ChatTemplate> template) {
        return new Dialect(template, template.map(CallFormat::of).orElse(CallFormat.UNKNOWN), false);
    }

    /** The same, with thoughts given apart or not. */
    public Dialect withReasoning(boolean apart) {
        return new Dialect(template, calls, apart);
    }
}
