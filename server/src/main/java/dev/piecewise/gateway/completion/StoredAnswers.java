package dev.piecewise.gateway.completion;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.tenant.Caller;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The latest answers that were to be kept, by their ids, within a bound of bytes and of time. Nothing of them is kept on disk. Any thread may call. */
public final class StoredAnswers {
    private static final long MOST_BYTES = 64L << 20;
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Cache<String, StoredAnswer> answers = Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .weigher((String id, StoredAnswer stored) -> stored.bytes())
            .expireAfterAccess(LONGEST)
            .build();
    /** When users were forgotten: what runs for them at that moment is not kept either. */
    private final Cache<String, Moment> forgotten =
            Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(LONGEST).build();

    /** Whoever is forgotten at this moment finds it there, or is known to be forgotten. */
    public void put(StoredAnswer stored) {
        answers.put(stored.id(), stored);
        if (isForgotten(stored.user(), stored.begun())) {
            answers.invalidate(stored.id());
        }
    }

    /** Puts another one in the place of this, if it is there still; whether it was. */
    public boolean replace(StoredAnswer old, StoredAnswer changed) {
        return answers.asMap().replace(old.id(), old, changed);
    }

    /** Whether this user was forgotten since. */
    public boolean isForgotten(String user, Moment begun) {
        Moment at = forgotten.getIfPresent(user);
        return at != null && begun.compareTo(at) <= 0;
    }

    /** Another tenant's is as one that does not exist, and so is one of another kind. */
    public <T extends StoredAnswer> Optional<T> get(String id, Caller caller, Class<T> kind) {
        return Optional.ofNullable(answers.getIfPresent(id))
                .filter(one -> one.isOf(caller))
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    /** The answers of one kind that were made for the caller's tenant, oldest first. */
    public <T extends StoredAnswer> Stream<T> list(Caller caller, Class<T> kind) {
        return answers.asMap().values().stream()
                .filter(one -> one.isOf(caller))
                .filter(kind::isInstance)
                .map(kind::cast)
                .sorted(Comparator.comparing(StoredAnswer::begun).thenComparing(StoredAnswer::id));
    }

    /** Whether there was one of this kind. */
    public boolean remove(String id, Caller caller, Class<? extends StoredAnswer> kind) {
        return get(id, caller, kind)
                .filter(one -> answers.asMap().remove(id, one))
                .isPresent();
    }

    /** Forgets every answer that was made for this user; how many these were. */
    public int forget(String user) {
        forgotten.put(user, Moment.now());
        int count = 0;
        for (StoredAnswer stored : answers.asMap().values()) {
            if (stored.user().equals(user) && answers.asMap().remove(stored.id(), stored)) {
                stored.forget();
                count++;
            }
        }
        return count;
    }

    /** The answers that were made for this user, oldest first. */
    public List<StoredAnswer> of(String user) {
        return answers.asMap().values().stream()
                .filter(stored -> stored.user().equals(user))
                .sorted(Comparator.comparing(StoredAnswer::begun))
                .toList();
    }
}
