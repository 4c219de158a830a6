package dev.piecewise.gateway.http;

import dev.piecewise.metrics.Metrics;
import io.vertx.core.Context;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The answers of one event loop that have something to write. An engine's step has tokens for many of them at once: it wakes the loop a single time, and each
 * answer is written in its turn. Any thread may call.
 */
final class Turns {
    /** Full writes before the loop looks after its connections. */
    private static final int MOST_FULL = 16;

    private final Context loop;
    private final Metrics metrics;
    private final Queue<Relay> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean called = new AtomicBoolean();

    Turns(Context loop, Metrics metrics) {
        this.loop = loop;
        this.metrics = metrics;
    }

    Context loop() {
        return loop;
    }

    /** Gives the answer a turn soon. A loop that is closed gives none: its connections are gone. */
    void ask(Relay relay) {
        waiting.add(relay);
        call();
    }

    /** What was asked for at this time, by {@link System#nanoTime}, is written. */
    void written(long askedFor) {
        metrics.streamed((System.nanoTime() - askedFor) / 1e9);
    }

    private void call() {
        if (called.compareAndSet(false, true)) {
            try {
                loop.runOnContext(now -> take());
            } catch (RejectedExecutionException closed) {
                waiting.clear();
            }
        }
    }

    private void take() {
        called.set(false);
        int full = 0;
        Relay next;
        while ((next = waiting.poll()) != null) {
            full += next.turn() == Relay.Left.MORE ? 1 : 0;
            if (full == MOST_FULL) {
                // By another thread: a loop that asks itself serves its tasks first, and its connections once a second.
                Thread.ofVirtual().name("turns").start(this::call);
                return;
            }
        }
    }
}
