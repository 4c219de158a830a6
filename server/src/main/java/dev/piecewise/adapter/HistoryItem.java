package dev.piecewise.adapter;

import org.jspecify.annotations.Nullable;

/**
 * One thing a user wrote or chose: an answer to a prompt, or plain text (then {@code prompt} is null and the whole text counts as the answer).
 *
 * @param id the caller's own name of the item; a second item of the same id is not stored again
 * @param at when it was written, as the caller gave it
 */
public record HistoryItem(
        @Nullable String id, @Nullable String at, @Nullable String prompt, String completion) {

    /** Prompt and completion as they follow each other. */
    public String text() {
        return prompt == null ? completion : prompt + completion;
    }
}
