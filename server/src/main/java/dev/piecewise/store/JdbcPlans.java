package dev.piecewise.store;

import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans in a table of a {@link Database}. */
final class JdbcPlans {
    private final Database database;

    JdbcPlans(Database database) {
        this.database = database;
    }

    private record Row(String user, String body) {}

    /** A body that takes the place of another one, if that is still there. */
    private record Change(Row row, String body) {}

    void put(String user, Plan plan) {
        database.write(session -> {
            if (!JdbcStore.hold(session, user)) {
                throw new ServingException(ErrorCode.UNKNOWN_USER, "there is no such user", "user");
            }
            return put(session, user, plan);
        });
    }

    void put(String user, long era, Plan plan) {
        database.write(session -> {
            if (!JdbcStore.hold(session, user, era)) {
                throw new ServingException(
                        ErrorCode.CONFLICT, "the user's history was erased while the plan was assembled", "user");
            }
            return put(session, user, plan);
        });
    }

    private static int put(Session session, String user, Plan plan) throws SQLException {
        return session.update(
                "INSERT INTO plans (user_id, created, body) VALUES (?, ?, ?)"
                        + " ON CONFLICT (user_id) DO UPDATE SET created = excluded.created, body = excluded.body",
                user,
                plan.created().toEpochMilli(),
                PlanJson.toJson(plan).toString());
    }

    Optional<Plan> get(String user) {
        return database.read(session ->
                        session.first(row -> row.getString(1), "SELECT body FROM plans WHERE user_id = ?", user))
                .map(body -> {
                    try {
                        return PlanJson.parse("the stored plan", body);
                    } catch (BadFileException broken) {
                        throw new ServingException(ErrorCode.CONFLICT, broken.text() + "; assemble it again", "user");
                    }
                });
    }

    boolean delete(String user) {
        return database.erase(session ->
                JdbcStore.hold(session, user) && session.update("DELETE FROM plans WHERE user_id = ?", user) > 0);
    }

    Store.PlanPage edit(String beside, String after, int limit, Store.PlanEdit edit) {
        List<Row> rows = database.read(session -> session.list(
                row -> new Row(row.getString(1), row.getString(2)),
                "SELECT user_id, body FROM plans WHERE user_id > ? AND body NOT LIKE ? ORDER BY user_id LIMIT ?",
                after,
                "%\"pool\":\"" + beside + "\"%",
                limit));
        List<Change> changes = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (Row row : rows) {
            Optional<Plan> plan = readable(row);
            if (plan.isPresent()) {
                edit.edit(plan.get())
                        .ifPresentOrElse(
                                now -> {
                                    if (!now.equals(plan.get())) {
                                        changes.add(new Change(
                                                row, PlanJson.toJson(now).toString()));
                                    }
                                },
                                () -> without.add(row.user()));
            }
        }
        boolean last = rows.size() < limit;
        int changed = changes.isEmpty() && !last ? 0 : change(changes);
        return new Store.PlanPage(
                last ? Optional.empty() : Optional.of(rows.getLast().user()), changed, without);
    }

    private int change(List<Change> changes) {
        return database.erase(session -> {
            int changed = 0;
            for (Change change : changes) {
                changed += session.update(
                        "UPDATE plans SET body = ? WHERE user_id = ? AND body = ?",
                        change.body(),
                        change.row().user(),
                        change.row().body());
            }
            return changed;
        });
    }

    /** One that this version cannot read is served to nobody. */
    private static Optional<Plan> readable(Row row) {
        try {
            return Optional.of(PlanJson.parse("the stored plan", row.body()));
        } catch (BadFileException broken) {
            return Optional.empty();
        }
    }
}
