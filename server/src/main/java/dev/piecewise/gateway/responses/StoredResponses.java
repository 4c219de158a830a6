package dev.piecewise.gateway.responses;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.tenant.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The latest responses by their ids, within a bound of bytes and of time. Nothing of them is kept on disk. Any thread may call. */
public final class StoredResponses {
    private static final long MOST_BYTES = 64L << 20;
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Cache<String, Stored> responses = Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .weigher((String id, Stored stored) -> stored.bytes())
            .expireAfterAccess(LONGEST)
            .build();
    /** When users were forgotten: what runs for them at that moment is not kept either. */
    private final Cache<String, Instant> forgotten =
            Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(LONGEST).build();

    void put(Stored stored) {
        if (!isForgotten(stored)) {
            responses.put(stored.id(), stored);
        }
    }

    /** Whether its user was forgotten since. */
    boolean isForgotten(Stored stored) {
        Instant at = forgotten.getIfPresent(stored.user());
        return at != null && !stored.begun().isAfter(at);
    }

    /** Another tenant's is as one that does not exist. */
    Optional<Stored> get(String id, Caller caller) {
        return Optional.ofNullable(responses.getIfPresent(id)).filter(one -> one.isOf(caller));
    }

    /** Whether there was one. */
    boolean remove(String id, Caller caller) {
        return get(id, caller).filter(one -> responses.asMap().remove(id, one)).isPresent();
    }

    /** Forgets every response that was made for this user; how many these were. */
    public int forget(String user) {
        forgotten.put(user, Instant.now());
        int count = 0;
        for (Stored stored : responses.asMap().values()) {
            if (stored.user().equals(user) && responses.asMap().remove(stored.id(), stored)) {
                count++;
            }
        }
        return count;
    }

    /** The responses that were made for this user, as they were given, oldest first. */
    public List<byte[]> of(String user) {
        return responses.asMap().values().stream()
                .filter(stored -> stored.user().equals(user))
                .sorted(Comparator.comparing(Stored::begun))
                .map(Stored::body)
                .toList();
    }
}
