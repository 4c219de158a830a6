package dev.piecewise.loadtest.run;

import java.util.ArrayList;
import java.util.List;

/** Somebody's wish that runs end now and what was measured is kept. */
public final class StopSignal {
    private final List<Thread> waiting = new ArrayList<>();
    private boolean wanted;

    public synchronized void stop() {
        wanted = true;
        waiting.forEach(Thread::interrupt);
    }

    public synchronized boolean isWanted() {
        return wanted;
    }

    /** Interrupts this thread when the wish comes, until {@link #leave}. */
    public synchronized void enter() {
        waiting.add(Thread.currentThread());
        if (wanted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The thread is not interrupted any more, and not interrupted by what came. */
    public synchronized void leave() {
        waiting.remove(Thread.currentThread());
        boolean _ = Thread.interrupted();
    }
}
