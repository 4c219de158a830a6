package dev.piecewise.store;

import dev.piecewise.tenant.AuditLog;
import dev.piecewise.tenant.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Administrative acts in a table of a {@link Database}. */
record JdbcAuditLog(Database database) implements AuditLog {
    @Override
    public void write(Entry entry) {
        database.write(session -> session.update(
                "INSERT INTO audit (id, at, key_id, tenant, act, target) VALUES (?, ?, ?, ?, ?, ?)",
                UUID.randomUUID().toString(),
                micros(entry.at()),
                entry.keyId(),
                entry.tenant().id(),
                entry.act(),
                entry.target()));
    }

    @Override
    public List<Entry> newest(Optional<Tenant> tenant, Optional<Instant> before, int limit) {
        long until = before.map(JdbcAuditLog::micros).orElse(Long.MAX_VALUE);
        String owner = tenant.map(Tenant::id).orElse("");
        return database.read(session -> session.list(
                JdbcAuditLog::read,
                "SELECT at, key_id, tenant, act, target FROM audit WHERE at < ? AND (tenant = ? OR ? = 0)"
                        + " ORDER BY at DESC, id DESC LIMIT ?",
                until,
                owner,
                tenant.isPresent() ? 1 : 0,
                limit));
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static Entry read(ResultSet row) throws SQLException {
        return new Entry(
                Instant.EPOCH.plus(row.getLong(1), ChronoUnit.MICROS),
                row.getString(2),
                new Tenant(row.getString(3)),
                row.getString(4),
                row.getString(5));
    }
}
