package dev.piecewise.tenant;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Makes keys, gives them other secrets and revokes them. Blocking. */
public final class Keys {
    private final KeyStore store;
    private final Clock clock;

    public Keys(KeyStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    public ApiKey.Issued create(ApiKey.Draft draft) {
        String secret = Secrets.random();
        ApiKey key = new ApiKey(
                Secrets.randomId(),
                draft.tenant(),
                draft.name(),
                draft.roles(),
                clock.instant(),
                draft.limits(),
                Optional.empty());
        store.add(key, Secrets.hash(secret));
        return new ApiKey.Issued(key, secret);
    }

    /** Every key in the order of its making. */
    public List<ApiKey> list() {
        return store.keys();
    }

    /** Another secret; the one before opens for so long yet. NOT_FOUND for a key that is not there or revoked. */
    public ApiKey.Issued rotate(String id, Duration overlap) {
        String secret = Secrets.random();
        if (!store.replace(id, Secrets.hash(secret), clock.instant().plus(overlap))) {
            throw unknown();
        }
        return new ApiKey.Issued(one(id), secret);
    }

    /** NOT_FOUND for a key that is not there or revoked already. */
    public void revoke(String id) {
        if (!store.revoke(id, clock.instant())) {
            throw unknown();
        }
    }

    /** NOT_FOUND for a key that is not there. */
    public ApiKey one(String id) {
        return list().stream().filter(key -> key.id().equals(id)).findFirst().orElseThrow(Keys::unknown);
    }

    /** What is said of a key that is not there. */
    public static ServingException unknown() {
        return new ServingException(ErrorCode.NOT_FOUND, "there is no such key, or it was revoked", "id");
    }
}
