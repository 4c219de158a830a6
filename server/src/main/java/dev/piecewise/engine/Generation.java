package dev.piecewise.engine;

import java.util.Optional;

/** A running request. Closing it cancels what is left of it; every way out of a try block is the same close. */
public interface Generation extends AutoCloseable {
    /** Waits for the next event; after the last one it may not be called. Call from a virtual thread, never from an event loop. */
    TokenEvent next() throws InterruptedException;

    /** The next event if it is there already, so that a caller may write several at once. As {@link #next}, not after the last one. */
    default Optional<TokenEvent> poll() {
        return Optional.empty();
    }

    /** Prompt tokens that came from a cached prefix; known once the first token was taken, and also after {@link #close}. */
    default int cachedTokens() {
        return 0;
    }

    /** Ends it as complete, since its text has reached a stop string: as {@link #close}, but counted among those that stopped. */
    default void stop() {
        close();
    }

    @Override
    void close();
}
