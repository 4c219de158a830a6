package dev.piecewise.gateway.responses;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.gateway.completion.StoredAnswers;
import java.util.Optional;

/** The last response of every WebSocket, as long as there is the WebSocket and the response's user is not forgotten. Any thread may call. */
final class LastResponses {
    private final Cache<Object, Stored> bySession =
            Caffeine.newBuilder().weakKeys().build();
    private final StoredAnswers answers;

    /** {@code answers} knows when users were forgotten. */
    LastResponses(StoredAnswers answers) {
        this.answers = answers;
    }

    Optional<Stored> of(Object session) {
        return Optional.ofNullable(bySession.getIfPresent(session));
    }

    /** Whoever is forgotten at this moment finds it there, or is known to be forgotten. */
    void put(Object session, Stored last) {
        bySession.put(session, last);
        if (answers.isForgotten(last.user(), last.begun())) {
            bySession.invalidate(session);
        }
    }

    /** Forgets those that were made for this user. */
    void forget(String user) {
        bySession.asMap().values().removeIf(last -> last.user().equals(user));
    }
}
