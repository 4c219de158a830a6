package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.http.Fields;
import java.util.Set;

/**
 * How a completion's tokens become its text.
 *
 * @param includesStop whether the text contains the stop string, or the token, that ended it
 * @param skipsSpecial whether special tokens have no text
 * @param shown special tokens that have one all the same
 */
public record Rendering(boolean includesStop, boolean skipsSpecial, Set<Integer> shown) {

    /** By vLLM's fields; without them as OpenAI does it. */
    public static Rendering parse(Fields fields, Set<Integer> shown) {
        return new Rendering(
                fields.flag("include_stop_str_in_output"),
                fields.value("skip_special_tokens").isEmpty() || fields.flag("skip_special_tokens"),
                shown);
    }
}
