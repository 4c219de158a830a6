package dev.piecewise.store;

import dev.piecewise.error.ServingException;
import java.util.Arrays;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/** The tables: made and brought up to date by the migrations in {@code db/migration}. */
final class Schema {
    private Schema() {}

    /** INVALID_REQUEST with param {@code store.url} when the database is newer than this program or holds something else. */
    static void update(Database database, String url) {
        Flyway flyway = Flyway.configure(Schema.class.getClassLoader())
                .dataSource(database.source())
                .locations("classpath:db/migration")
                .placeholders(Map.of(
                        "text",
                        database.dialect().text(),
                        "bytes",
                        database.dialect().bytes()))
                .loggers("slf4j")
                .load();
        try {
            refuseNewer(flyway.info().all(), url);
            flyway.migrate();
        } catch (FlywayException failed) {
            boolean foreign = failed.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE;
            throw refused(
                    url,
                    foreign ? "holds tables of something else" : "its tables cannot be made: " + failed.getMessage());
        }
    }

    private static void refuseNewer(MigrationInfo[] migrations, String url) {
        Arrays.stream(migrations)
                .filter(migration -> migration.getState().isApplied()
                        && !migration.getState().isResolved())
                .findFirst()
                .ifPresent(unknown -> {
                    throw refused(url, "was written by a newer version (schema %s)".formatted(unknown.getVersion()));
                });
    }

    private static ServingException refused(String url, String reason) {
        return ServingException.invalid(
                "store.url", url + " " + reason.lines().findFirst().orElse(""));
    }
}
