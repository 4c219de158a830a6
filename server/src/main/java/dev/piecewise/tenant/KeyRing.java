package dev.piecewise.tenant;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that open, in memory, so that to look one up is to wait for nothing and to tell nothing by the time that it takes. It looks for changes every second, whoever
 * made them; while the database is gone it goes on with what it knows, for so long as it was told to: a key may have been revoked meanwhile.
 */
public final class KeyRing implements Entrance, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeyRing.class);
    private static final long POLL_MILLIS = 1000;
    private static final String SCHEME = "Bearer ";
    /** Longer ones are no keys and are not hashed. */
    private static final int LONGEST = 512;

    private final Clock clock;
    private final Duration patience;
    private final LongSupplier nanos;
    private final ScheduledExecutorService poll = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("keys").factory());
    private volatile @Nullable KeyStore store;
    private volatile @Nullable Future<?> polling;
    private volatile @Nullable Snapshot known;
    /** When the database last said that this is all. */
    private volatile long asked;

    /** Goes on without the database as long as it takes. */
    public KeyRing(Clock clock) {
        this(clock, Duration.ofDays(365));
    }

    /** Goes on for {@code patience} without the database. */
    public KeyRing(Clock clock, Duration patience) {
        this(clock, patience, System::nanoTime);
    }

    KeyRing(Clock clock, Duration patience, LongSupplier nanos) {
        this.clock = clock;
        this.patience = patience;
        this.nanos = nanos;
    }

    private record Snapshot(long version, Map<String, KeyStore.Opening> openings, Map<String, Allowance> allowances) {
        Allowance allowance(ApiKey key) {
            return Objects.requireNonNull(allowances.get(key.id()));
        }
    }

    /** Reads the keys, and whatever becomes of them from now on. Until then nobody is let in. */
    public void follow(KeyStore keys) {
        store = keys;
        changed();
        polling = poll.scheduleWithFixedDelay(this::tryChanged, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void changed() {
        KeyStore store = Objects.requireNonNull(this.store);
        long now = nanos.getAsLong();
        long version = store.version();
        Snapshot before = known;
        if (before == null || before.version() != version) {
            Map<String, KeyStore.Opening> openings = store.openings();
            known = new Snapshot(version, openings, allowances(openings.values(), before));
        }
        asked = now;
    }

    /** Keys that open something. */
    public int size() {
        Snapshot now = known;
        return now == null ? 0 : now.openings().size();
    }

    @Override
    public Caller admit(Access access, @Nullable String authorization) {
        if (access == Access.OPEN) {
            return new Caller("", Tenant.DEFAULT, Set.of(), Allowance.UNLIMITED);
        }
        Caller caller = caller(authorization);
        access.require(caller);
        return caller;
    }

    @Override
    public void close() {
        Future<?> running = polling;
        if (running != null) {
            running.cancel(true);
        }
        poll.shutdownNow();
    }

    private Caller caller(@Nullable String authorization) {
        Snapshot now = known;
        if (now == null) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the server is loading");
        }
        if (nanos.getAsLong() - asked > patience.toNanos()) {
            throw new ServingException(
                    ErrorCode.UNAVAILABLE, "API keys cannot be checked: the database does not answer");
        }
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ServingException(
                    ErrorCode.UNAUTHORIZED, "an API key is needed, in a header: Authorization: Bearer KEY");
        }
        String secret = authorization.substring(SCHEME.length()).strip();
        KeyStore.Opening opening =
                secret.length() > LONGEST ? null : now.openings().get(Secrets.hash(secret));
        if (opening == null
                || opening.until()
                        .filter(until -> !until.isAfter(clock.instant()))
                        .isPresent()) {
            throw new ServingException(ErrorCode.UNAUTHORIZED, "the API key is wrong, or was revoked");
        }
        ApiKey key = opening.key();
        return new Caller(key.id(), key.tenant(), key.roles(), now.allowance(key));
    }

    /** What a key has used before it changed counts on, unless its limits are others. */
    private static Map<String, Allowance> allowances(Collection<KeyStore.Opening> openings, @Nullable Snapshot before) {
        Map<String, Allowance> allowances = new HashMap<>();
        for (KeyStore.Opening opening : openings) {
            ApiKey key = opening.key();
            Allowance old = before == null ? null : before.allowances().get(key.id());
            allowances.computeIfAbsent(
                    key.id(),
                    _ -> old != null && old.limits().equals(key.limits()) ? old : new Allowance(key.limits()));
        }
        return allowances;
    }

    private void tryChanged() {
        try {
            changed();
        } catch (ServingException failed) {
            log.atDebug().addKeyValue("code", failed.code()).log("keys could not be read again");
        } catch (RuntimeException failed) {
            log.atError().setCause(failed).log("keys could not be read again");
        }
    }
}
