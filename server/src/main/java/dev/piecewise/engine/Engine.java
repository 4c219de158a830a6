package dev.piecewise.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs generations. A local engine, a remote one and a stand-in for tests are interchangeable. */
public interface Engine extends AutoCloseable {
    /**
     * Accepts a request, or throws a {@link dev.piecewise.error.ServingException}: CONTEXT_TOO_LONG or INVALID_REQUEST when it can never run, OVERLOADED when the
     * waiting queue is full, UNAVAILABLE while closing. What is accepted gets exactly one last event.
     */
    Generation submit(GenerationRequest request);

    /** Longest prompt plus completion that {@link #submit} takes, in tokens. */
    int maxLength();

    Status status();

    /** Why nothing can run now, as far as the latest steps tell; a step that works ends it. */
    default Optional<String> fault() {
        return Optional.empty();
    }

    /**
     * Drops what is kept of a user's prompts and completions beyond the requests that run: keys and values of cached prefixes, and the adapter's place in the bank.
     * What runs or waits for the user ends as usual and then is not kept either, nor is a request that comes later and was begun before. Waits for the step that runs.
     */
    default Forgotten forget(String user) {
        return Forgotten.NOTHING;
    }

    /**
     * Sharers withdrew from a pool. What was made of their pieces is not kept beyond the requests that run, and when those have ended that want them, the device does not hold the pieces either.
     * A request that wants them later is UNAVAILABLE. Waits for the step that runs.
     */
    default void withdraw(Withdrawal withdrawal) {}

    /**
     * What is withdrawn.
     *
     * @param pool content hash of the version that was served until now
     * @param sharers who withdrew, by their numbers in the resident pool's order; empty where it is not resident
     */
    record Withdrawal(String pool, Set<Integer> sharers) {}

    /** What was dropped of a user: KV places of cached prefixes, and adapters in the bank. */
    record Forgotten(int kvPlaces, int slots) {
        public static final Forgotten NOTHING = new Forgotten(0, 0);
    }

    /** Refuses new requests and waits until the accepted ones ended, at most so long; then fails what is left. */
    void drain(Duration limit) throws InterruptedException;

    @Override
    void close();

    /** A snapshot for metrics and the console. */
    record Status(
            int running,
            int waiting,
            int kvPlacesUsed,
            int kvPlacesCached,
            int kvPlacesTotal,
            int slotsActive,
            int slotsIdle,
            int slotsFree,
            List<String> residentAdapters) {}
}
