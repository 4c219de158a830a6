package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;

/** With the file's lock waited for only shortly. */
@Timeout(60)
final class DatabaseTest {
    @TempDir
    Path directory;

    private String url;

    @AutoClose
    private Database database;

    @BeforeEach
    void open() {
        url = "jdbc:sqlite:" + directory.resolve("store.db");
        SQLiteConfig impatient = new SQLiteConfig();
        impatient.setTransactionMode(TransactionMode.IMMEDIATE);
        impatient.setBusyTimeout(20);
        SQLiteDataSource source = new SQLiteDataSource(impatient);
        source.setUrl(url);
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        database = new Database(config, Dialect.SQLITE);
        database.write(session -> session.update("CREATE TABLE notes (text TEXT)"));
    }

    @Test
    void aWriteThatFoundTheFileLockedLeavesLaterOnesWhole() throws SQLException {
        try (Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            for (int i = 0; i < 2 * Dialect.SQLITE.connections(); i++) {
                assertThatThrownBy(() -> write("locked out"))
                        .isInstanceOfSatisfying(
                                ServingException.class,
                                refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
            }
            statement.execute("ROLLBACK");
        }

        for (int i = 0; i < 2 * Dialect.SQLITE.connections(); i++) {
            assertThat(write("kept")).isEqualTo(1);
            assertThatThrownBy(() -> database.write(session -> {
                        session.update("INSERT INTO notes VALUES (?)", "half");
                        throw new IllegalStateException("the other half");
                    }))
                    .hasMessage("the other half");
        }

        List<String> notes = database.read(session -> session.list(row -> row.getString(1), "SELECT text FROM notes"));
        assertThat(notes).hasSize(2 * Dialect.SQLITE.connections()).containsOnly("kept");
    }

    private int write(String text) {
        return database.write(session -> session.update("INSERT INTO notes VALUES (?)", text));
    }
}
