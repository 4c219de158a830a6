package dev.piecewise.engine;

/** Hears what the engine does, for metrics. Called by the engine's thread; must be quick and not throw. Times in seconds. */
public interface EngineObserver {
    EngineObserver NONE = new EngineObserver() {};

    /** A step of so many tokens, prefill and decode tokens apart. */
    default void stepped(int prefillTokens, int decodeTokens, int spans, double seconds) {}

    /** A sequence was admitted after waiting; {@code cachedTokens} of its prompt came from a cached prefix. */
    default void admitted(int promptTokens, int cachedTokens, double queueSeconds) {}

    default void firstToken(double sinceSubmitSeconds, double prefillSeconds) {}

    default void nextToken(double sinceLastTokenSeconds) {}

    /** {@code reason} is stop, length, abort or error. */
    default void ended(
            String reason, int promptTokens, int completionTokens, double endToEndSeconds, double decodeSeconds) {}

    /** A sequence that had been admitted ended after so long in the batch, prefill and decode together. */
    default void ran(double seconds) {}

    default void preempted() {}

    default void slotHit() {}

    default void slotLoaded(double seconds) {}

    default void slotEvicted() {}

    /** A sequence whose adapter found no free columns began to run after so long. */
    default void slotWaited(double seconds) {}
}
