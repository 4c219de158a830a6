package dev.piecewise.grammar;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets a few computations at a time have a core, a slice of time each in turn: however many difficult ones there are, the engine and the other requests keep the other
 * cores, and an easy one waits for some slices, not for the end of a difficult one. Any thread may call; virtual ones cost next to nothing while they wait.
 */
final class Slices {
    /** Who had no slice yet goes first, but for every fourth time, so that no one waits for ever. */
    private static final int NEWCOMERS_IN_A_ROW = 3;

    private final long sliceNanos;
    private final ArrayDeque<Semaphore> fresh = new ArrayDeque<>();
    private final ArrayDeque<Semaphore> begun = new ArrayDeque<>();
    private int newcomers;
    private int free;

    /** So many {@code cores} are for these computations. */
    Slices(int cores, Duration slice) {
        free = cores;
        sliceNanos = slice.toNanos();
    }

    /** Half of this machine's cores, for about as long as an ordinary mask takes. */
    static Slices ofMachine() {
        return new Slices(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), Duration.ofMillis(3));
    }

    /** A computation that has a core now and then. Confined to its thread. */
    final class Turn {
        private long end;
        private boolean running;

        private Turn() {}

        /**
         * To be called often: where the slice is over and others wait, this waits too. No monitor may be held that another computation asks for. CancellationException
         * when the thread is interrupted.
         */
        void pause() {
            if (System.nanoTime() - end >= 0) {
                requireWanted();
                Semaphore next = giveWay();
                if (next != null) {
                    running = false;
                    await(begun, next);
                }
                end = System.nanoTime() + sliceNanos;
            }
        }

        private void begin() {
            requireWanted();
            Semaphore next = enter();
            if (next != null) {
                await(fresh, next);
            }
            running = true;
            end = System.nanoTime() + sliceNanos;
        }

        private void await(ArrayDeque<Semaphore> queue, Semaphore place) {
            try {
                place.acquire();
                running = true;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                running = !leave(queue, place);
                throw new CancellationException("nobody waits for it any more");
            }
        }

        private static void requireWanted() {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("nobody waits for it any more");
            }
        }
    }

    /** What the computation gives; CancellationException when the thread is interrupted before. */
    <T> T run(Function<Turn, T> computation) {
        Turn turn = new Turn();
        try {
            turn.begin();
            return computation.apply(turn);
        } finally {
            if (turn.running) {
                handOn();
            }
        }
    }

    /** A place in the queue; null if there is a core. */
    private synchronized @Nullable Semaphore enter() {
        if (free > 0) {
            free--;
            return null;
        }
        Semaphore place = new Semaphore(0);
        fresh.add(place);
        return place;
    }

    /** A place in the queue for a core that another has now; null if nobody wants one. */
    private synchronized @Nullable Semaphore giveWay() {
        if (fresh.isEmpty() && begun.isEmpty()) {
            return null;
        }
        Semaphore place = new Semaphore(0);
        begun.add(place);
        handOn();
        return place;
    }

    /** False if it was its turn already. */
    private synchronized boolean leave(ArrayDeque<Semaphore> queue, Semaphore place) {
        return queue.remove(place);
    }

    private synchronized void handOn() {
        boolean newcomer = !fresh.isEmpty() && (begun.isEmpty() || newcomers < NEWCOMERS_IN_A_ROW);
        newcomers = newcomer ? newcomers + 1 : 0;
        Semaphore next = newcomer ? fresh.poll() : begun.poll();
        if (next == null) {
            free++;
        } else {
            next.release();
        }
    }
}
