package dev.piecewise.engine;

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

    /**
     * Drops what is kept of a user's prompts and completions beyond the requests that run: keys and values of cached prefixes, and the adapter's place in the bank.
     * What runs for the user ends as usual and then is not kept either. Waits for the step that runs; returns how many KV places were freed.
     */
    default int forget(String user) {
        return 0;
    }

    /** Refuses new requests and waits until the accepted ones ended, at most so long; then fails what is left. */
    void drain(java.time.Duration limit) throws InterruptedException;

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
            java.util.List<String> residentAdapters) {}
}
