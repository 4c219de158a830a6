package dev.piecewise.store;

import dev.piecewise.fixture.Postgres;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Users, histories and plans in PostgreSQL. */
final class PostgresStoreTest extends StoreContract {
    @TempDir
    static Path directory;

    @AutoClose
    private static Postgres postgres;

    private String url = "";

    @BeforeAll
    static void start() {
        postgres = new Postgres(directory);
    }

    @Override
    String url() {
        if (url.isEmpty()) {
            url = postgres.emptySchema();
        }
        return url;
    }
}
