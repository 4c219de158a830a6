package dev.piecewise.store;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;

/** Users' own adapters, each a row that tells of it and rows of its parts, so that nobody holds more of it than a part. */
final class JdbcAdapters {
    static final int PART_BYTES = 1 << 20;

    private JdbcAdapters() {}

    static Store.OwnAdapter put(Session session, String user, String fingerprint, String base, Store.Content zip)
            throws SQLException {
        session.update("DELETE FROM adapter_parts WHERE user_id = ?", user);
        Parts parts = new Parts(session, user);
        try {
            zip.writeTo(parts);
            parts.finish();
        } catch (IOException failed) {
            if (failed.getCause() instanceof SQLException database) {
                throw database;
            }
            throw new SQLException("what was to be stored cannot be read", failed);
        }
        session.update(
                "INSERT INTO adapters (user_id, created, fingerprint, base, bytes, parts) VALUES (?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (user_id) DO UPDATE SET created = excluded.created,"
                        + " fingerprint = excluded.fingerprint, base = excluded.base, bytes = excluded.bytes,"
                        + " parts = excluded.parts",
                user,
                JdbcStore.now(),
                fingerprint,
                base,
                parts.bytes,
                parts.count);
        return new Store.OwnAdapter(fingerprint, base, parts.bytes, parts.count);
    }

    static Optional<Store.OwnAdapter> get(Session session, String user) throws SQLException {
        return session.first(
                row -> new Store.OwnAdapter(row.getString(1), row.getString(2), row.getLong(3), row.getInt(4)),
                "SELECT fingerprint, base, bytes, parts FROM adapters WHERE user_id = ?",
                user);
    }

    /** Empty where the user's adapter is not, or no longer, of this fingerprint. */
    static Optional<byte[]> part(Session session, String user, String fingerprint, int number) throws SQLException {
        return session.first(
                row -> row.getBytes(1),
                "SELECT p.body FROM adapter_parts p JOIN adapters a ON a.user_id = p.user_id"
                        + " WHERE p.user_id = ? AND p.number = ? AND a.fingerprint = ?",
                user,
                number,
                fingerprint);
    }

    static boolean delete(Session session, String user) throws SQLException {
        session.update("DELETE FROM adapter_parts WHERE user_id = ?", user);
        return session.update("DELETE FROM adapters WHERE user_id = ?", user) > 0;
    }

    /** Makes rows of what is written. */
    private static final class Parts extends OutputStream {
        private final Session session;
        private final String user;
        private final byte[] part = new byte[PART_BYTES];
        private int filled;
        private int count;
        private long bytes;

        Parts(Session session, String user) {
            this.session = session;
            this.user = user;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] values, int from, int length) throws IOException {
            int taken = 0;
            while (taken < length) {
                int fits = Math.min(length - taken, part.length - filled);
                System.arraycopy(values, from + taken, part, filled, fits);
                taken += fits;
                filled += fits;
                if (filled == part.length) {
                    put();
                }
            }
        }

        /** What is left; nothing may be written after it. */
        void finish() throws IOException {
            if (filled > 0) {
                put();
            }
        }

        private void put() throws IOException {
            try {
                session.update(
                        "INSERT INTO adapter_parts (user_id, number, body) VALUES (?, ?, ?)",
                        user,
                        count,
                        Arrays.copyOf(part, filled));
            } catch (SQLException failed) {
                throw new IOException(failed);
            }
            bytes += filled;
            count++;
            filled = 0;
        }
    }
}
