package dev.piecewise.gateway.completion;

import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.text.Tokenizer;
import java.util.Arrays;

/**
 * How texts become prompts, in vLLM's fields.
 *
 * @param kept prompts are cut to so many tokens; 0 for all, -1 for as many as fit beside the answer
 * @param keepsEnd whether the last tokens are kept, else the first
 * @param special whether the tokens that begin a text are added
 */
public record Reading(int kept, boolean keepsEnd, boolean special) {
    public static final Reading PLAIN = new Reading(0, true, true);
    /** Of conversations, whose templates write special tokens themselves. */
    public static final Reading TEMPLATE = new Reading(0, true, false);

    private static final String KEPT = "truncate_prompt_tokens";

    /** {@code special}: what is done where the request does not say. */
    public static Reading parse(Fields fields, boolean special) {
        int kept = 0;
        if (fields.value(KEPT).isPresent()) {
            kept = fields.integer(KEPT, -1, -1, Integer.MAX_VALUE);
            if (kept == 0) {
                throw ServingException.invalid(KEPT, KEPT + " is 0, which leaves nothing of the prompt");
            }
        }
        String side = fields.text("truncation_side").orElse("left");
        if (!side.equals("left") && !side.equals("right")) {
            throw ServingException.invalid("truncation_side", "truncation_side must be left or right");
        }
        boolean said = fields.value("add_special_tokens").isPresent();
        return new Reading(kept, side.equals("left"), said ? fields.flag("add_special_tokens") : special);
    }

    public boolean cuts() {
        return kept != 0;
    }

    public int[] encode(Tokenizer tokenizer, String text) {
        return tokenizer.encode(text, special);
    }

    /** What is kept of a prompt where {@code room} tokens have place beside the answer; INVALID_REQUEST when more are to be kept. */
    public int[] cut(int[] ids, int room) {
        if (kept > 0 && kept > room) {
            throw ServingException.invalid(
                    KEPT,
                    "%s is %d; beside the answer the model takes %d tokens".formatted(KEPT, kept, Math.max(0, room)));
        }
        int most = kept < 0 ? Math.max(1, room) : kept;
        if (most == 0 || ids.length <= most) {
            return ids;
        }
        return keepsEnd ? Arrays.copyOfRange(ids, ids.length - most, ids.length) : Arrays.copyOf(ids, most);
    }
}
