package dev.piecewise.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.piecewise.adapter.HistoryItem;
import org.jspecify.annotations.Nullable;

/** An item of a history as clients see it: a prompt and its completion, or a text. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HistoryItemBody(
        @Nullable String id,
        @Nullable String at,
        @Nullable String prompt,
        @Nullable String completion,
        @Nullable String text) {
    static HistoryItemBody of(HistoryItem item) {
        return item.prompt() == null
                ? new HistoryItemBody(item.id(), item.at(), null, null, item.completion())
                : new HistoryItemBody(item.id(), item.at(), item.prompt(), item.completion(), null);
    }
}
