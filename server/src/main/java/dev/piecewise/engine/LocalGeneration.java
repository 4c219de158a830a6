package dev.piecewise.engine;

import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A generation of the local engine: the engine's thread puts events, the caller's thread takes them. A slow caller keeps no one waiting; its events are few. */
final class LocalGeneration implements Generation {
    private final LinkedBlockingQueue<TokenEvent> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Runnable cancel;
    private volatile Runnable ready = () -> {};
    private volatile int cachedTokens;
    private volatile long admittedNanos;
    private volatile boolean over;
    private volatile boolean stopped;
    /** The engine's thread put the last event. */
    private boolean complete;

    /** {@code cancel} tells the engine that nobody waits for the rest. */
    LocalGeneration(Runnable cancel) {
        this.cancel = cancel;
    }

    @Override
    public TokenEvent next() throws InterruptedException {
        refuseAfterLast();
        return taken(events.take());
    }

    @Override
    public Optional<TokenEvent> poll() {
        refuseAfterLast();
        @Nullable TokenEvent event = events.poll();
        return event == null ? Optional.empty() : Optional.of(taken(event));
    }

    @Override
    public void whenReady(Runnable newReady) {
        ready = newReady;
    }

    @Override
    public int cachedTokens() {
        return cachedTokens;
    }

    @Override
    public long admittedNanos() {
        return admittedNanos;
    }

    @Override
    public void stop() {
        stopped = true;
        close();
    }

    /** Whether the caller closed it because its text is complete. */
    boolean isStopped() {
        return stopped;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && !over) {
            cancel.run();
        }
    }

    /** It begins to run at this time, with so many tokens of its prompt there already. */
    void admitted(long now, int cached) {
        admittedNanos = now;
        cachedTokens = cached;
    }

    /** Nothing follows the last event. */
    void put(TokenEvent event) {
        if (complete) {
            throw new IllegalStateException("an event after the last one");
        }
        complete = event.isLast();
        events.add(event);
        ready.run();
    }

    private TokenEvent taken(TokenEvent event) {
        over = event.isLast();
        return event;
    }

    private void refuseAfterLast() {
        if (over) {
            throw new IllegalStateException("the generation gave its last event already");
        }
    }
}
