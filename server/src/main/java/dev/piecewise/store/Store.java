package dev.piecewise.store;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Plan;
import dev.piecewise.tenant.AuditLog;
import dev.piecewise.tenant.KeyStore;
import dev.piecewise.tenant.Tenant;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Users, their histories, plans and own adapters, by the keys that {@link Tenant} gives users. What a method has returned from is on disk. Blocking; call from any thread but an event loop. A failing database is UNAVAILABLE. */
public interface Store extends AutoCloseable {
    /** Creates the user if there is none; whether it was created. */
    boolean putUser(String id);

    Optional<User> user(String id);

    /** A tenant's users in the order of their names, those after the name {@code after} ("" for the first page). */
    List<User> users(Tenant tenant, String after, int limit);

    /** As {@link #users(Tenant, String, int)}, the default tenant's. */
    default List<User> users(String after, int limit) {
        return users(Tenant.DEFAULT, after, limit);
    }

    /** Erases a user and everything of it, or empty when there was none. */
    Optional<Erased> deleteUser(String id);

    /** Appends items in their order, creating the user if there is none; items whose id is stored already are left out. */
    Appended append(String user, List<HistoryItem> items);

    /** Items oldest first, from the item number {@code offset} on. */
    List<HistoryItem> history(String user, long offset, int limit);

    /** The newest {@code limit} items, oldest of them first. */
    List<HistoryItem> newest(String user, int limit);

    /** Erases the history; how many items there were. */
    int clearHistory(String user);

    /** Stores or replaces the user's plan. UNKNOWN_USER without a user. */
    void putPlan(String user, Plan plan);

    /** The same for what was made of this user's history; CONFLICT when that was erased since. */
    void putPlan(User user, Plan plan);

    /** CONFLICT when there is one that this version cannot read. */
    Optional<Plan> plan(String user);

    /** Erases the user's plan; whether there was one. */
    boolean deletePlan(String user);

    /**
     * Edits a page of all tenants' plans in the order of their users' keys, those after the key {@code after} ("" for the first page), without those of the pool's version {@code beside}. A plan that
     * is replaced meanwhile stays as it is. No file holds what was there before.
     */
    PlanPage editPlans(String beside, String after, int limit, PlanEdit edit);

    /** Stores or replaces the user's own adapter, creating the user if there is none; a writing that fails changes nothing. */
    OwnAdapter putAdapter(String user, String fingerprint, String base, Content zip);

    /** The content fingerprint of the user's own adapter, which costs no more than to look it up. */
    Optional<String> adapterFingerprint(String user);

    Optional<OwnAdapter> adapter(String user);

    /** A part of what {@link #adapter} told of; empty when the user has another adapter by now, or none. */
    Optional<byte[]> adapterPart(String user, OwnAdapter adapter, int part);

    /** Erases the user's own adapter; whether there was one. */
    boolean deleteAdapter(String user);

    /** The API keys, which live in the same database. */
    KeyStore keys();

    /** Administrative acts, in the same database. */
    AuditLog audit();

    /** Whether the database answers. */
    boolean healthy();

    @Override
    void close();

    /**
     * Somebody who is served.
     *
     * @param planCreated empty while there is no plan
     * @param era another number after each erasure of the history
     */
    record User(String id, Instant created, int items, Optional<Instant> planCreated, long era) {
        /** The name by which the tenant knows the user. */
        public String name() {
            return Tenant.nameIn(id);
        }
    }

    /** What becomes of a plan: the same one, another one, or empty where nothing of it is left. */
    @FunctionalInterface
    interface PlanEdit {
        Optional<Plan> edit(Plan plan);
    }

    /**
     * What was edited.
     *
     * @param last the last user's key, for the next page; empty when there is none
     * @param changed how many plans are others now
     * @param without users of whose plans nothing is left; they are as they were
     */
    record PlanPage(Optional<String> last, int changed, List<String> without) {}

    record Appended(int stored, int duplicates, int total) {}

    record Erased(int historyItems, boolean plan, boolean adapter) {}

    /**
     * A user's own adapter as it is kept: the zip of a PEFT directory, in parts that are counted from 0.
     *
     * @param fingerprint of the content and the base model
     * @param base fingerprint of the base model; empty where it was not noted
     * @param bytes of all parts together
     */
    record OwnAdapter(String fingerprint, String base, long bytes, int parts) {}

    /** Something to be stored, written when there is a place for it. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }
}
