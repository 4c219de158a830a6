package dev.piecewise.personalization;

import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import java.util.List;
import java.util.Optional;

/** Finds out who is served by what, and assembles plans. Blocking; call from virtual threads. */
public interface Personalizer {
    /**
     * What a request of this user runs with. Empty {@code user}: the base. Mode AUTO: the user's own adapter if there is one, else assembled if the user has a plan that is no
     * worse than the base, else by {@code personalization.unknown-user} (base, or UNKNOWN_USER). A mode that is asked for and cannot be had is UNKNOWN_USER,
     * CONFLICT or INVALID_REQUEST, never a silent base. Modes that retrieve ({@link Mode#retrieves}) leave it to the caller to {@link #recall}.
     */
    Served resolve(String user, Mode mode, Optional<Merge> merge);

    /**
     * Assembles the user's stored history into a plan and stores it. UNKNOWN_USER without a user, INVALID_REQUEST without usable history or without a pool, CONFLICT
     * when the history was erased meanwhile.
     */
    Plan assemble(String user);

    /** The user's plan as it is served: without those who have withdrawn. */
    default Optional<Plan> plan(String user) {
        return Optional.empty();
    }

    /** Forgets everything cached of a user. To be called after its history or the user itself was erased. */
    Forgotten forget(String user);

    /** What was dropped of a user from memory. */
    record Forgotten(boolean plan, boolean adapter) {
        public static final Forgotten NOTHING = new Forgotten(false, false);
    }

    /** The items of the user's history that fit a query best, as they read, best first; as many as modes that retrieve put before a prompt. */
    default List<String> recall(String user, String query) {
        return List.of();
    }

    /** Users' own adapters; empty where they are not served. */
    default Optional<OwnAdapters> own() {
        return Optional.empty();
    }

    /** Makes ready what a request of this user would have to wait for. Says nothing when there is nothing to make ready. */
    default void prefetch(String user) {}
}
