package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, histories and plans in a file. */
final class SqliteStoreTest extends StoreContract {
    @TempDir
    Path directory;

    @Override
    String url() {
        return "jdbc:sqlite:" + directory.resolve("made/on/the/way/store.db");
    }

    @Test
    void whatIsErasedIsInNoFileAnyMore() throws IOException {
        String secret = "kept in no file";
        store.append(
                "ann",
                IntStream.range(0, 500)
                        .mapToObj(i -> item("id" + i, secret + i))
                        .toList());
        store.putPlan("ann", plan(3));
        store.append("bob", List.of(item(null, "stays")));
        assertThat(filesHold(secret)).isTrue();

        assertThat(store.deleteUser("ann")).contains(new Store.Erased(500, true, false));
        assertThat(store.deleteUser("ann")).isEmpty();
        assertThat(store.user("ann")).isEmpty();
        assertThat(store.history("ann", 0, 10)).isEmpty();
        assertThat(store.plan("ann")).isEmpty();
        assertThat(filesHold(secret)).isFalse();
        assertThat(filesHold("sharer 3")).isFalse();
        assertThat(store.history("bob", 0, 10)).hasSize(1);
    }

    private boolean filesHold(String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (bytes.contains(new String(wanted, StandardCharsets.ISO_8859_1))) {
                    return true;
                }
            }
        }
        return false;
    }
}
