package dev.piecewise.store;

import java.util.Optional;

/**
 * In what the databases differ; everything else is SQL that all of them take.
 *
 * @param connections how many are open at most
 * @param connectMillis how long to wait for one of them
 * @param writers how many of them write at the same time
 * @param text the type of a text that is compared byte by byte
 * @param bytes the type of bytes
 * @param afterErasing a statement after which erased text is not in any file any more
 */
record Dialect(
        int connections, int connectMillis, int writers, String text, String bytes, Optional<String> afterErasing) {
    /** Readers never wait for the one writer; writers wait for each other here and not in the file's lock, where nobody would be next in line. */
    static final Dialect SQLITE =
            new Dialect(4, 10_000, 1, "TEXT", "BLOB", Optional.of("PRAGMA wal_checkpoint(TRUNCATE)"));

    /** While the server is gone, everybody who needs it waits so long before they hear of it. */
    static final Dialect POSTGRESQL = new Dialect(10, 3_000, 10, "TEXT COLLATE \"C\"", "BYTEA", Optional.empty());
}
