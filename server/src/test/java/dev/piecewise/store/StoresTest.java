package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class StoresTest {
    @TempDir
    Path directory;

    @Test
    void aFileOfSomethingElseIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("notes.txt"), "not a database ".repeat(100));
        assertRefused("jdbc:sqlite:" + file, file + " is not an SQLite database");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertRefused("jdbc:sqlite:" + file + "/below/store.db", "the directory " + file + "/below cannot be made");
    }

    @Test
    void aDirectoryInPlaceOfTheFileIsRefused() {
        assertRefused("jdbc:sqlite:" + directory, directory + " cannot be read and written as a database");
    }

    @Test
    void aStoreInMemoryWouldForgetAndIsRefused() {
        assertRefused("jdbc:sqlite::memory:", "names no file");
        assertRefused("jdbc:sqlite:", "names no file");
    }

    @Test
    void anotherKindOfDatabaseIsRefused() {
        assertRefused("jdbc:h2:./x", "store.url must begin with jdbc:sqlite: or jdbc:postgresql:");
    }

    @Test
    void aServerThatIsNotThereIsNamedWithoutItsPassword() {
        assertThatThrownBy(() ->
                        Stores.open("jdbc:postgresql://127.0.0.1:1/piecewise?user=x&password=hidden&loginTimeout=5"))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/piecewise cannot be reached")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void aDatabaseOfSomethingElseIsLeftAlone() throws SQLException {
        Path file = directory.resolve("other.db");
        run(file, "CREATE TABLE letters (body TEXT)");
        assertRefused("jdbc:sqlite:" + file, "holds tables of something else");
    }

    @Test
    void aNewerDatabaseIsNotTouched() throws SQLException {
        Path file = directory.resolve("store.db");
        Stores.open("jdbc:sqlite:" + file).close();
        run(
                file,
                "INSERT INTO flyway_schema_history SELECT 99, '99', 'future', type, 'V99__future.sql', 1, installed_by,"
                        + " installed_on, 1, 1 FROM flyway_schema_history WHERE version = '1'");
        assertRefused("jdbc:sqlite:" + file, file + " was written by a newer version (schema 99)");
    }

    @Test
    void commitsAreSyncedAndErasedPagesOverwritten() throws SQLException {
        Path file = directory.resolve("store.db");
        try (Connection connection = SqliteFile.open("jdbc:sqlite:" + file).getConnection()) {
            assertThat(pragma(connection, "journal_mode")).isEqualTo("wal");
            assertThat(pragma(connection, "synchronous")).as("FULL").isEqualTo("2");
            assertThat(pragma(connection, "secure_delete")).isEqualTo("1");
            assertThat(pragma(connection, "foreign_keys")).isEqualTo("1");
            assertThat(pragma(connection, "busy_timeout")).isEqualTo("10000");
        }
    }

    /** The file may have so many pages, as on a disk that is full. */
    @Test
    void aFullDiskIsSaidAndLosesNothing() {
        String url = "jdbc:sqlite:" + directory.resolve("full.db");
        String limited = url + "?max_page_count=150";
        int stored = 0;
        try (Store store = Stores.open(limited)) {
            try {
                for (; stored < 1000; stored++) {
                    store.append("ann", List.of(new HistoryItem("id " + stored, null, null, "text ".repeat(500))));
                }
            } catch (ServingException full) {
                assertThat(full.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(full).hasMessage("the database's disk is full (database error 13)");
            }
            assertThat(stored).isBetween(50, 900);
            assertThat(store.user("ann").orElseThrow().items()).isEqualTo(stored);
            store.deleteUser("ann");
            assertThat(store.append("ann", List.of(new HistoryItem(null, null, null, "there is room")))
                            .total())
                    .isEqualTo(1);
        }
    }

    /** Nothing can be written to {@code /proc}, whoever asks. */
    @Test
    void aDirectoryThatCannotBeWrittenIsNamed() {
        assertRefused("jdbc:sqlite:/proc/store.db", "/proc/store.db cannot be read and written as a database");
        assertRefused("jdbc:sqlite:/proc/below/store.db", "the directory /proc/below cannot be made");
    }

    private static void assertRefused(String url, String message) {
        assertThatThrownBy(() -> Stores.open(url)).isInstanceOfSatisfying(ServingException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(refused.param()).contains("store.url");
            assertThat(refused.text()).contains(message).doesNotContain("\n");
        });
    }

    private static String pragma(Connection connection, String name) throws SQLException {
        return new Session(connection)
                .first(row -> row.getString(1), "PRAGMA " + name)
                .orElseThrow();
    }

    private static void run(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
