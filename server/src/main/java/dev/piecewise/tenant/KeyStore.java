package dev.piecewise.tenant;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where keys are kept, by the hashes of their secrets. Blocking; a failing database is UNAVAILABLE. */
public interface KeyStore {
    /** Keeps a new key. */
    void add(ApiKey key, String hash);

    /** Every key in the order of its making, those that were revoked too. */
    List<ApiKey> keys();

    /** Another secret for a key that is not revoked; the one before opens until {@code until}. Whether there is such a key. */
    boolean replace(String id, String hash, Instant until);

    /** From now on the key opens nothing. Whether there is such a key that did. */
    boolean revoke(String id, Instant now);

    /** The keys that are not revoked, by what opens them. */
    Map<String, Opening> openings();

    /** A number that another one follows whenever any of this changes, by whichever server or command. */
    long version();

    /** A key and until when this secret opens it; empty for as long as the key lives. */
    record Opening(ApiKey key, Optional<Instant> until) {}
}
