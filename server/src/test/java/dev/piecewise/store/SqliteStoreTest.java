package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
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
        store.putAdapter(
                "ann", "any", "base", out -> out.write("an adapter of ann's".getBytes(StandardCharsets.UTF_8)));
        store.append("bob", List.of(item(null, "stays")));
        assertThat(filesHold("an adapter of ann's")).isTrue();
        assertThat(filesHold(secret)).isTrue();

        assertThat(store.deleteUser("ann")).contains(new Store.Erased(500, true, true));
        assertThat(store.deleteUser("ann")).isEmpty();
        assertThat(store.user("ann")).isEmpty();
        assertThat(store.history("ann", 0, 10)).isEmpty();
        assertThat(store.plan("ann")).isEmpty();
        assertThat(filesHold(secret)).isFalse();
        assertThat(filesHold("sharer 3")).isFalse();
        assertThat(filesHold("an adapter of ann's")).isFalse();
        assertThat(store.history("bob", 0, 10)).hasSize(1);
    }

    @Test
    void anAdapterFromBeforeTheyLayInPartsIsStillThere() throws SQLException {
        store.putUser("ann");
        store.close();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    "DROP TABLE adapter_parts",
                    "ALTER TABLE adapters DROP COLUMN base",
                    "ALTER TABLE adapters DROP COLUMN bytes",
                    "ALTER TABLE adapters DROP COLUMN parts",
                    "ALTER TABLE adapters ADD COLUMN body BLOB NOT NULL DEFAULT x''",
                    "INSERT INTO adapters (user_id, created, fingerprint, body) VALUES ('ann', 1, 'old', x'00FF07')",
                    "ALTER TABLE users DROP COLUMN era",
                    "DELETE FROM flyway_schema_history WHERE version IN ('5', '6')")) {
                statement.execute(sql);
            }
        }
        try (Store again = Stores.open(url())) {
            Store.OwnAdapter old = again.adapter("ann").orElseThrow();
            assertThat(old).isEqualTo(new Store.OwnAdapter("old", "", 3, 1));
            assertThat(again.adapterPart("ann", old, 0).orElseThrow()).containsExactly(0, -1, 7);
        }
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
