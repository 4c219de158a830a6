package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads histories in JSON Lines, oldest first. An item is {@code {"prompt","completion"}}, {@code {"text"}}, both with optional {@code "at"} and {@code "id"}, or a plain
 * string of text. Errors name file and line.
 */
public final class HistoryFile {
    private HistoryFile() {}

    /** One user's line of a users file. */
    public record UserHistory(String user, List<HistoryItem> items) {}

    /** One item a line. */
    public static List<HistoryItem> read(Path file) {
        return JsonLines.read(file, HistoryFile::item);
    }

    /** One user a line: {@code {"user","history":[item, ...]}}. */
    public static List<UserHistory> readUsers(Path file) {
        return JsonLines.read(file, (source, node) -> {
            JsonFields fields = JsonFields.of(source, node);
            String user = fields.requireString("user");
            List<HistoryItem> items = new ArrayList<>();
            for (JsonNode item : fields.elements("history")) {
                items.add(item("%s: history[%d]".formatted(source, items.size()), item));
            }
            return new UserHistory(user, items);
        });
    }

    /** An item from JSON; {@code source} is what messages call it. */
    public static HistoryItem item(String source, JsonNode node) {
        if (node.isTextual()) {
            return new HistoryItem(null, null, null, notEmpty(source, "text", node.textValue()));
        }
        JsonFields fields = JsonFields.of(source, node);
        String id = fields.string("id").orElse(null);
        String at = fields.string("at").orElse(null);
        Optional<String> text = fields.string("text");
        if (text.isPresent()) {
            if (fields.has("prompt") || fields.has("completion")) {
                throw fields.bad("text", "cannot stand beside prompt and completion");
            }
            return new HistoryItem(id, at, null, notEmpty(source, "text", text.get()));
        }
        if (!fields.has("prompt") && !fields.has("completion")) {
            throw new BadFileException(source, "has neither prompt and completion nor text");
        }
        String completion = notEmpty(source, "completion", fields.requireString("completion"));
        return new HistoryItem(id, at, fields.requireString("prompt"), completion);
    }

    private static String notEmpty(String source, String field, String value) {
        if (value.isEmpty()) {
            throw new BadFileException(source, field + " is empty");
        }
        return value;
    }
}
