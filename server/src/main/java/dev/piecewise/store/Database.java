package dev.piecewise.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteException;

/** A database with a few connections. Any thread may call; a failure is UNAVAILABLE and has changed nothing. */
final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);

    /** PostgreSQL's word for it. */
    private static final String DISK_FULL = "53100";

    private final HikariDataSource connections;
    private final Dialect dialect;
    private final Semaphore writers;

    /** {@code config} says where the database is. */
    Database(HikariConfig config, Dialect dialect) {
        config.setPoolName("store");
        config.setMaximumPoolSize(dialect.connections());
        config.setConnectionTimeout(dialect.connectMillis());
        connections = new HikariDataSource(config);
        this.dialect = dialect;
        writers = new Semaphore(dialect.writers(), true);
    }

    /** Statements that belong together. */
    @FunctionalInterface
    interface Work<T> {
        T run(Session session) throws SQLException;
    }

    /** What is done with a connection while no one else writes more than the dialect allows. */
    @FunctionalInterface
    private interface Use<T> {
        T with(Connection connection) throws SQLException;
    }

    DataSource source() {
        return connections;
    }

    Dialect dialect() {
        return dialect;
    }

    <T> T read(Work<T> work) {
        try (Connection connection = connections.getConnection()) {
            return work.run(new Session(connection));
        } catch (SQLException failed) {
            throw unavailable(failed);
        }
    }

    /** Runs all of the work or nothing of it. What it did is on disk when this returns. */
    <T> T write(Work<T> work) {
        return exclusively(connection -> transaction(connection, work));
    }

    /** As {@link #write}, for work that erases: afterwards no file holds the text any more. Other writers wait until then: they would keep the files from it. */
    <T> T erase(Work<T> work) {
        return exclusively(connection -> {
            T result = transaction(connection, work);
            if (dialect.afterErasing().isPresent()) {
                connection.setAutoCommit(true);
                purge(new Session(connection), dialect.afterErasing().get());
            }
            return result;
        });
    }

    private static void purge(Session session, String statement) throws SQLException {
        if (!session.first(row -> row.getInt(1) == 0, statement).orElse(true)) {
            log.atWarn().log("erased text stays in the write-ahead log until the next checkpoint");
        }
    }

    private <T> T exclusively(Use<T> use) {
        writers.acquireUninterruptibly();
        try (Connection connection = connections.getConnection()) {
            return use.with(connection);
        } catch (SQLException failed) {
            throw unavailable(failed);
        } finally {
            writers.release();
        }
    }

    boolean healthy() {
        try {
            return read(
                    session -> session.first(row -> row.getInt(1), "SELECT 1").isPresent());
        } catch (ServingException unavailable) {
            return false;
        }
    }

    @Override
    public void close() {
        connections.close();
    }

    private <T> T transaction(Connection connection, Work<T> work) throws SQLException {
        try {
            connection.setAutoCommit(false);
            T result = work.run(new Session(connection));
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException failed) {
            rollBack(connection, failed);
            throw failed;
        }
    }

    /** A connection that cannot is given up: after a BEGIN that failed, SQLite's driver takes it to be in a transaction for ever. */
    private void rollBack(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException failed) {
            cause.addSuppressed(failed);
            connections.evictConnection(connection);
        }
    }

    /** A database's own message may quote what it was to store, so only its codes are told. */
    private static ServingException unavailable(SQLException failed) {
        log.atWarn()
                .addKeyValue("state", failed.getSQLState())
                .addKeyValue("code", failed.getErrorCode())
                .addKeyValue("type", failed.getClass().getSimpleName())
                .log("the database failed");
        return new ServingException(
                ErrorCode.UNAVAILABLE, "%s (database error %s)".formatted(reason(failed), code(failed)));
    }

    /** PostgreSQL has the standard's states, SQLite numbers of its own. */
    private static String code(SQLException failed) {
        String state = failed.getSQLState();
        return state == null ? String.valueOf(failed.getErrorCode()) : state;
    }

    private static String reason(SQLException failed) {
        if (DISK_FULL.equals(failed.getSQLState())) {
            return "the database's disk is full";
        }
        return failed instanceof SQLiteException
                ? SqliteFile.failure(failed).orElse("the store does not answer")
                : "the store does not answer";
    }
}
