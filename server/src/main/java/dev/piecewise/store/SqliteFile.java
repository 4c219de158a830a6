package dev.piecewise.store;

import dev.piecewise.error.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.Pragma;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/** The file of an SQLite database: made with its directory where it is missing, refused in one line where it cannot be used. */
final class SqliteFile {
    static final String PREFIX = "jdbc:sqlite:";

    private static final int BUSY_MILLIS = 10_000;

    private SqliteFile() {}

    /** INVALID_REQUEST with param {@code store.url} when the file cannot be read and written as a database. */
    static DataSource open(String url) {
        String name = url.substring(PREFIX.length());
        if (name.isBlank() || name.startsWith(":") || name.startsWith("file:")) {
            throw refused(url, "names no file");
        }
        Path file = Path.of(name).toAbsolutePath();
        SQLiteDataSource source = new SQLiteDataSource(config());
        source.setUrl(PREFIX + file);
        makeParent(file);
        probe(file, source);
        return source;
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setTransactionMode(TransactionMode.IMMEDIATE);
        config.setBusyTimeout(BUSY_MILLIS);
        config.enforceForeignKeys(true);
        config.setPragma(Pragma.SECURE_DELETE, "true");
        return config;
    }

    private static void makeParent(Path file) {
        Path parent = file.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            try {
                Files.createDirectories(parent);
            } catch (IOException failed) {
                throw refused(file.toString(), "the directory " + parent + " cannot be made: " + failed);
            }
        }
    }

    /** Takes the write lock and gives it back, which needs a file and a directory that can be written. */
    private static void probe(Path file, DataSource source) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeQuery("SELECT COUNT(*) FROM sqlite_master").close();
            connection.rollback();
        } catch (SQLException failed) {
            throw refused(file.toString(), reason(failed));
        }
    }

    /** What an operator can do something about. */
    static Optional<String> failure(SQLException failed) {
        return switch (code(failed)) {
            case SQLITE_FULL -> Optional.of("the database's disk is full");
            case SQLITE_READONLY -> Optional.of("the database can only be read");
            case SQLITE_IOERR, SQLITE_CANTOPEN -> Optional.of("the database's file cannot be read or written");
            default -> Optional.empty();
        };
    }

    private static SQLiteErrorCode code(SQLException failed) {
        return SQLiteErrorCode.getErrorCode(failed.getErrorCode() & 0xFF);
    }

    private static String reason(SQLException failed) {
        SQLiteErrorCode code = code(failed);
        if (code == SQLiteErrorCode.SQLITE_NOTADB) {
            return "is not an SQLite database";
        }
        if (code == SQLiteErrorCode.SQLITE_BUSY || code == SQLiteErrorCode.SQLITE_LOCKED) {
            return "is held by another process";
        }
        return "cannot be read and written as a database: " + failed.getMessage();
    }

    private static ServingException refused(String what, String reason) {
        return ServingException.invalid("store.url", what + " " + reason);
    }
}
