package dev.piecewise.engine;

/** A running request. Closing it cancels what is left of it; every way out of a try block is the same close. */
public interface Generation extends AutoCloseable {
    /** Waits for the next event; after the last one it may not be called. Call from a virtual thread, never from an event loop. */
    TokenEvent next() throws InterruptedException;

    @Override
    void close();
}
