package dev.piecewise.engine;

import java.util.Optional;

/** A running request. Closing it cancels what is left of it; every way out of a try block is the same close. */
public interface Generation extends AutoCloseable {
    /** Waits for the next event; after the last one it may not be called. Call from a virtual thread, never from an event loop. */
    TokenEvent next() throws InterruptedException;

    /** The next event if it is there already. Any thread may call, one at a time; as {@link #next}, not after the last one. */
    Optional<TokenEvent> poll();

    /**
     * Calls {@code ready} from now on when {@link #poll} may have something to give: in place of a thread that waits. It is called by the engine's thread, so it must
     * be quick and throw nothing; it says nothing of events that were there before.
     */
    void whenReady(Runnable ready);

    /** Prompt tokens that came from a cached prefix; known once the first token was taken, and also after {@link #close}. */
    default int cachedTokens() {
        return 0;
    }

    /** When it began to run, as {@link System#nanoTime}, as far as it is known; 0 when it did not. Known when {@link #cachedTokens} is. */
    default long admittedNanos() {
        return 0;
    }

    /** Ends it as complete, since its text has reached a stop string: as {@link #close}, but counted among those that stopped. */
    default void stop() {
        close();
    }

    @Override
    void close();
}
