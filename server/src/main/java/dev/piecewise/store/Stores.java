package dev.piecewise.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.piecewise.error.ServingException;

/** Opens stores by their URL. */
public final class Stores {
    private static final String POSTGRESQL = "jdbc:postgresql:";

    /** A server may be told to acknowledge commits before they are on disk, which the store must not. */
    private static final String COMMIT_ON_DISK =
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private Stores() {}

    /**
     * The store in {@code jdbc:sqlite:FILE} or {@code jdbc:postgresql://...}, its tables made or brought up to date. INVALID_REQUEST with param {@code store.url}
     * when that cannot be. Parameters of the URL go before the timeouts that are set here.
     */
    public static Store open(String url) {
        HikariConfig connections = new HikariConfig();
        if (url.startsWith(SqliteFile.PREFIX)) {
            connections.setDataSource(SqliteFile.open(url));
            return open(url, connections, Dialect.SQLITE);
        }
        if (url.startsWith(POSTGRESQL)) {
            connections.setJdbcUrl(url);
            connections.setConnectionInitSql(COMMIT_ON_DISK);
            connections.addDataSourceProperty("connectTimeout", "3");
            connections.addDataSourceProperty("socketTimeout", "30");
            connections.addDataSourceProperty("tcpKeepAlive", "true");
            return open(url.replaceFirst("\\?.*", ""), connections, Dialect.POSTGRESQL);
        }
        throw refused("store.url must begin with " + SqliteFile.PREFIX + " or " + POSTGRESQL);
    }

    private static Store open(String name, HikariConfig connections, Dialect dialect) {
        Database database = connect(name, connections, dialect);
        try {
            Schema.update(database, name);
            return new JdbcStore(database);
        } catch (RuntimeException failed) {
            database.close();
            throw failed;
        }
    }

    private static Database connect(String name, HikariConfig connections, Dialect dialect) {
        try {
            return new Database(connections, dialect);
        } catch (PoolInitializationException unreachable) {
            throw refused(name + " cannot be reached: " + unreachable.getMessage());
        }
    }

    private static ServingException refused(String message) {
        return ServingException.invalid("store.url", message);
    }
}
