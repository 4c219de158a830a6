package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.tools.CallFormat;
import dev.piecewise.text.ChatTemplate;
import java.util.Optional;

/**
 * How a model converses.
 *
 * @param template how it writes conversations; empty for a model that was never taught any
 * @param calls how it writes calls of functions
 */
public record Dialect(Optional<ChatTemplate> template, CallFormat calls) {
    public static final Dialect NONE = new Dialect(Optional.empty(), CallFormat.UNKNOWN);

    public static Dialect of(Optional<ChatTemplate> template) {
        return new Dialect(template, template.map(CallFormat::of).orElse(CallFormat.UNKNOWN));
    }
}
