package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.JsonFields;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Who has withdrawn from the versions of a directory and not come back, and when: {@code {"<sharer>":"<instant>"}}. Versions tell of those who left them, but a pool that
 * is made anew knows nobody who left, and when the last sharer goes no version is left to tell. For who holds the directory's lock.
 */
final class WithdrawnSharers {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;

    WithdrawnSharers(Path root) {
        file = root.resolve(PoolFiles.WITHDRAWN);
    }

    NavigableMap<String, Instant> read() {
        NavigableMap<String, Instant> sharers = new TreeMap<>();
        if (Files.exists(file)) {
            JsonFields json = JsonFields.read(file);
            json.names().forEach(sharer -> sharers.put(sharer, instant(json, sharer)));
        }
        return sharers;
    }

    /** What was noted of somebody before stays. */
    void add(Map<String, Instant> sharers) {
        NavigableMap<String, Instant> all = read();
        sharers.forEach(all::putIfAbsent);
        write(all);
    }

    void remove(Collection<String> sharers) {
        NavigableMap<String, Instant> rest = read();
        rest.keySet().removeAll(sharers);
        write(rest);
    }

    private void write(NavigableMap<String, Instant> sharers) {
        if (!sharers.equals(read())) {
            ObjectNode json = JSON.createObjectNode();
            sharers.forEach((sharer, at) -> json.put(sharer, at.toString()));
            AtomicFiles.file(file, temporary -> Files.writeString(temporary, json + "\n"));
        }
    }

    private static Instant instant(JsonFields json, String sharer) {
        try {
            return Instant.parse(json.requireString(sharer));
        } catch (DateTimeException notATime) {
            throw json.bad(sharer, "must be a time like 2026-01-31T12:00:00Z");
        }
    }
}
