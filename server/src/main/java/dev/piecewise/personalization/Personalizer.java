package dev.piecewise.personalization;

import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import java.util.Optional;

/** Finds out who is served by what, and assembles plans. Blocking; call from virtual threads. */
public interface Personalizer {
    /**
     * What a request of this user runs with. Empty {@code user}: the base. Mode AUTO: assembled if the user has a plan, else by {@code personalization.unknown-user}
     * (base, or UNKNOWN_USER). Mode ASSEMBLED without a plan: UNKNOWN_USER or INVALID_REQUEST, never a silent base. Modes that this build cannot serve are
     * INVALID_REQUEST with param {@code piecewise.mode}.
     */
    Served resolve(String user, Mode mode, Optional<Merge> merge);

    /**
     * Assembles the user's stored history into a plan and stores it. UNKNOWN_USER without a user, INVALID_REQUEST without usable history or without a pool, CONFLICT
     * when the user was forgotten meanwhile.
     */
    Plan assemble(String user);

    /** Forgets everything cached of a user; a plan that is being assembled is dropped. To be called after its history or the user itself was erased. */
    void forget(String user);

    /** Makes ready what a request of this user would have to wait for. Says nothing when there is nothing to make ready. */
    default void prefetch(String user) {}
}
