package dev.piecewise.store;

import dev.piecewise.fixture.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Users, histories and plans in PostgreSQL. */
final class PostgresStoreTest extends StoreContract {
    @TempDir
    static Path directory;

    private static Postgres postgres;
    private String url = "";

    @BeforeAll
    static void start() {
        postgres = new Postgres(directory);
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @Override
    String url() {
        if (url.isEmpty()) {
            url = postgres.emptySchema();
        }
        return url;
    }
}
