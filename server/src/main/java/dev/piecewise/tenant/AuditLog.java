package dev.piecewise.tenant;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Who did what to keys, users and pools, and never what was in it. Blocking; a failing database is UNAVAILABLE. */
public interface AuditLog {
    void write(Entry entry);

    /** The newest entries first, at most so many, before a time and of one tenant where these are given. */
    List<Entry> newest(Optional<Tenant> tenant, Optional<Instant> before, int limit);

    /**
     * One act.
     *
     * @param keyId whose it was: the key's id, {@code cli}, or "" where no keys are asked for
     * @param tenant the actor's
     * @param act such as {@code user.erase}
     * @param target what it was done to; users by a hash of their name, so that nothing of who was erased is kept
     */
    record Entry(Instant at, String keyId, Tenant tenant, String act, String target) {}
}
