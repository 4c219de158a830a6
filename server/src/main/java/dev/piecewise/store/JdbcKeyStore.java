package dev.piecewise.store;

import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyStore;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Keys in a table of a {@link Database}. */
final class JdbcKeyStore implements KeyStore {
    private static final String KEY = "SELECT id, tenant, name, roles, created, requests_per_minute, tokens_per_minute,"
            + " concurrency, revoked, secret_hash, old_hash, old_until FROM api_keys ";

    private final Database database;

    JdbcKeyStore(Database database) {
        this.database = database;
    }

    @Override
    public void add(ApiKey key, String hash) {
        String roles = key.roles().stream().map(Role::wire).sorted().collect(Collectors.joining(","));
        database.write(session -> {
            session.update(
                    "INSERT INTO api_keys (id, tenant, name, roles, created, requests_per_minute, tokens_per_minute,"
                            + " concurrency, secret_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    key.id(),
                    key.tenant().id(),
                    key.name(),
                    roles,
                    key.created().toEpochMilli(),
                    key.limits().requestsPerMinute(),
                    key.limits().tokensPerMinute(),
                    key.limits().concurrency(),
                    hash);
            return changed(session);
        });
    }

    @Override
    public List<ApiKey> keys() {
        return database.read(session -> session.list(JdbcKeyStore::readKey, KEY + "ORDER BY created, id"));
    }

    @Override
    public boolean replace(String id, String hash, Instant until) {
        return database.write(session -> session.update(
                                "UPDATE api_keys SET old_hash = secret_hash, old_until = ?, secret_hash = ?"
                                        + " WHERE id = ? AND revoked IS NULL",
                                until.toEpochMilli(),
                                hash,
                                id)
                        > 0
                && changed(session));
    }

    @Override
    public boolean revoke(String id, Instant now) {
        return database.write(session -> session.update(
                                "UPDATE api_keys SET revoked = ? WHERE id = ? AND revoked IS NULL",
                                now.toEpochMilli(),
                                id)
                        > 0
                && changed(session));
    }

    @Override
    public Map<String, Opening> openings() {
        Map<String, Opening> openings = new HashMap<>();
        database.read(session -> session.list(row -> put(row, openings), KEY + "WHERE revoked IS NULL"));
        return Map.copyOf(openings);
    }

    @Override
    public long version() {
        return database.read(session -> session.first(row -> row.getLong(1), "SELECT version FROM key_changes"))
                .orElse(0L);
    }

    private static boolean changed(Session session) throws SQLException {
        return session.update("UPDATE key_changes SET version = version + 1") > 0;
    }

    private static ApiKey put(ResultSet row, Map<String, Opening> openings) throws SQLException {
        ApiKey key = readKey(row);
        openings.put(row.getString(10), new Opening(key, Optional.empty()));
        String old = row.getString(11);
        if (old != null) {
            openings.put(old, new Opening(key, instant(row, 12)));
        }
        return key;
    }

    private static ApiKey readKey(ResultSet row) throws SQLException {
        return new ApiKey(
                row.getString(1),
                new Tenant(row.getString(2)),
                row.getString(3),
                Role.parse(List.of(row.getString(4).split(",", -1))),
                Instant.ofEpochMilli(row.getLong(5)),
                new Limits(row.getInt(6), row.getInt(7), row.getInt(8)),
                instant(row, 9));
    }

    private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
