package dev.piecewise.store;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.error.ServingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What text a database can keep: any Unicode but U+0000, which PostgreSQL refuses, and halves of characters, which no encoding has. */
final class StoredText {
    private StoredText() {}

    /** INVALID_REQUEST names the item, counted from 0, and its field. */
    static void check(List<HistoryItem> items) {
        for (int i = 0; i < items.size(); i++) {
            HistoryItem item = items.get(i);
            check(i, "id", item.id());
            check(i, "at", item.at());
            check(i, "prompt", item.prompt());
            check(i, "completion", item.completion());
        }
    }

    private static void check(int number, String field, @Nullable String text) {
        if (text == null) {
            return;
        }
        if (text.indexOf('\0') >= 0) {
            throw refused(number, field, "holds the character U+0000, which cannot be stored");
        }
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw refused(number, field, "is not valid Unicode: it holds half a character");
        }
    }

    private static ServingException refused(int number, String field, String reason) {
        return ServingException.invalid(field, "history item %d: %s %s".formatted(number, field, reason));
    }
}
