package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.JsonFields;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

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
            json.names().forEach(sharer -> sharers.put(sharer, PoolDescription.instant(json, sharer)));
        }
        return sharers;
    }

    /** Of two withdrawals of one sharer the later one counts. */
    void add(List<Pool.Withdrawal> withdrawals) {
        edit(all -> withdrawals.forEach(one -> all.merge(one.id(), one.at(), WithdrawnSharers::later)));
    }

    void remove(List<String> sharers) {
        edit(all -> all.keySet().removeAll(sharers));
    }

    private void edit(Consumer<NavigableMap<String, Instant>> change) {
        NavigableMap<String, Instant> before = read();
        NavigableMap<String, Instant> after = new TreeMap<>(before);
        change.accept(after);
        if (!after.equals(before)) {
            ObjectNode json = JSON.createObjectNode();
            after.forEach((sharer, at) -> json.put(sharer, at.toString()));
            AtomicFiles.file(file, temporary -> Files.writeString(temporary, json + "\n"));
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
