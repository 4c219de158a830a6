package dev.piecewise.store;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Plan;
import dev.piecewise.tenant.AuditLog;
import dev.piecewise.tenant.KeyStore;
import dev.piecewise.tenant.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Users, histories, plans and adapters in five tables of a {@link Database}. */
final class JdbcStore implements Store {
    private static final String USER =
            "SELECT u.id, u.created, u.items, p.created, u.era FROM users u LEFT JOIN plans p ON p.user_id = u.id ";
    private static final String ITEM =
            "SELECT item_id, written_at, prompt, completion FROM history_items WHERE user_id = ? ";

    private final Database database;
    private final JdbcPlans plans;
    private final KeyStore keys;
    private final AuditLog audit;

    JdbcStore(Database database) {
        this.database = database;
        plans = new JdbcPlans(database);
        keys = new JdbcKeyStore(database);
        audit = new JdbcAuditLog(database);
    }

    @Override
    public AuditLog audit() {
        return audit;
    }

    @Override
    public KeyStore keys() {
        return keys;
    }

    @Override
    public boolean putUser(String id) {
        String user = UserId.key(id);
        return database.write(session -> session.update(
                        "INSERT INTO users (id, created, items, era) VALUES (?, ?, 0, ?) ON CONFLICT (id) DO NOTHING",
                        user,
                        now(),
                        newEra())
                > 0);
    }

    @Override
    public Optional<User> user(String id) {
        String user = UserId.key(id);
        return database.read(session -> session.first(JdbcStore::readUser, USER + "WHERE u.id = ?", user));
    }

    @Override
    public List<User> users(Tenant tenant, String after, int limit) {
        String from = after.isEmpty() ? tenant.first() : UserId.key(tenant.key(after));
        String page = "ORDER BY u.id LIMIT ?";
        return database.read(session -> tenant.end().isPresent()
                ? session.list(
                        JdbcStore::readUser,
                        USER + "WHERE u.id > ? AND u.id < ? " + page,
                        from,
                        tenant.end().get(),
                        limit)
                : session.list(JdbcStore::readUser, USER + "WHERE u.id > ? " + page, from, limit));
    }

    @Override
    public Optional<Erased> deleteUser(String id) {
        String user = UserId.key(id);
        return database.erase(session -> {
            if (!hold(session, user)) {
                return Optional.empty();
            }
            int items = session.update("DELETE FROM history_items WHERE user_id = ?", user);
            int plans = session.update("DELETE FROM plans WHERE user_id = ?", user);
            boolean adapter = JdbcAdapters.delete(session, user);
            session.update("DELETE FROM users WHERE id = ?", user);
            return Optional.of(new Erased(items, plans > 0, adapter));
        });
    }

    @Override
    public Appended append(String id, List<HistoryItem> items) {
        String user = UserId.key(id);
        StoredText.check(items);
        return database.write(session -> {
            int before = lock(session, user);
            int total = before;
            for (HistoryItem item : items) {
                total += insert(session, user, total, item);
            }
            session.update("UPDATE users SET items = ? WHERE id = ?", total, user);
            return new Appended(total - before, items.size() - (total - before), total);
        });
    }

    @Override
    public List<HistoryItem> history(String id, long offset, int limit) {
        String user = UserId.key(id);
        return database.read(session -> session.list(
                JdbcStore::readItem, ITEM + "AND number >= ? ORDER BY number LIMIT ?", user, offset, limit));
    }

    @Override
    public List<HistoryItem> newest(String id, int limit) {
        String user = UserId.key(id);
        return database.read(session ->
                        session.list(JdbcStore::readItem, ITEM + "ORDER BY number DESC LIMIT ?", user, limit))
                .reversed();
    }

    @Override
    public int clearHistory(String id) {
        String user = UserId.key(id);
        return database.erase(session -> {
            session.update("UPDATE users SET items = 0, era = ? WHERE id = ?", newEra(), user);
            return session.update("DELETE FROM history_items WHERE user_id = ?", user);
        });
    }

    @Override
    public void putPlan(String id, Plan plan) {
        plans.put(UserId.key(id), plan);
    }

    @Override
    public void putPlan(User user, Plan plan) {
        plans.put(UserId.key(user.id()), user.era(), plan);
    }

    @Override
    public Optional<Plan> plan(String id) {
        return plans.get(UserId.key(id));
    }

    @Override
    public boolean deletePlan(String id) {
        return plans.delete(UserId.key(id));
    }

    @Override
    public PlanPage editPlans(String beside, String after, int limit, PlanEdit edit) {
        return plans.edit(beside, after, limit, edit);
    }

    @Override
    public OwnAdapter putAdapter(String id, String fingerprint, String base, Content zip) {
        String user = UserId.key(id);
        return database.write(session -> {
            lock(session, user);
            return JdbcAdapters.put(session, user, fingerprint, base, zip);
        });
    }

    @Override
    public Optional<String> adapterFingerprint(String id) {
        return adapter(id).map(OwnAdapter::fingerprint);
    }

    @Override
    public Optional<OwnAdapter> adapter(String id) {
        String user = UserId.key(id);
        return database.read(session -> JdbcAdapters.get(session, user));
    }

    @Override
    public Optional<byte[]> adapterPart(String id, OwnAdapter adapter, int part) {
        String user = UserId.key(id);
        return database.read(session -> JdbcAdapters.part(session, user, adapter.fingerprint(), part));
    }

    @Override
    public boolean deleteAdapter(String id) {
        String user = UserId.key(id);
        return database.erase(session -> hold(session, user) && JdbcAdapters.delete(session, user));
    }

    @Override
    public boolean healthy() {
        return database.healthy();
    }

    @Override
    public void close() {
        database.close();
    }

    /** Makes the user if need be, keeps other appends to it out until the end of the transaction, and tells how many items there are. */
    private static int lock(Session session, String user) throws SQLException {
        return session.first(
                        row -> row.getInt(1),
                        "INSERT INTO users (id, created, items, era) VALUES (?, ?, 0, ?)"
                                + " ON CONFLICT (id) DO UPDATE SET items = users.items RETURNING items",
                        user,
                        now(),
                        newEra())
                .orElseThrow();
    }

    /** Keeps everybody else who writes of this user out until the end of the transaction; whether there is such a user. */
    static boolean hold(Session session, String user) throws SQLException {
        return session.update("UPDATE users SET items = items WHERE id = ?", user) > 0;
    }

    /** The same; whether there is such a user in this era. */
    static boolean hold(Session session, String user, long era) throws SQLException {
        return session.update("UPDATE users SET items = items WHERE id = ? AND era = ?", user, era) > 0;
    }

    private static int insert(Session session, String user, int number, HistoryItem item) throws SQLException {
        return session.update(
                "INSERT INTO history_items (user_id, number, item_id, written_at, prompt, completion)"
                        + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, item_id) DO NOTHING",
                user,
                number,
                item.id(),
                item.at(),
                item.prompt(),
                item.completion());
    }

    private static User readUser(ResultSet row) throws SQLException {
        long planned = row.getLong(4);
        Optional<Instant> planCreated = row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(planned));
        return new User(
                row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getInt(3), planCreated, row.getLong(5));
    }

    private static HistoryItem readItem(ResultSet row) throws SQLException {
        return new HistoryItem(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
    }

    private static long newEra() {
        return ThreadLocalRandom.current().nextLong();
    }

    static long now() {
        return Instant.now().toEpochMilli();
    }
}
