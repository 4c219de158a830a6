package dev.piecewise.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds what constraints allow beside the engine's thread, so that one completion's difficult grammar holds up no other's tokens: a step waits a little for all of them,
 * and a sequence whose mask is not there by then sits the step out. Every search has a virtual thread, as it is the constraints that bound how many of them compute at
 * a time; it is interrupted when its sequence has ended. Confined to the engine's thread, but for the searches.
 */
final class Masks {
    /** What is found for the first time usually takes one to three milliseconds; to wait for that costs less than a step without the sequence. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Queue<Failed> failed = new ConcurrentLinkedQueue<>();
    private final Runnable wake;
    private long patience;
    private boolean missing;

    /** {@code wake} is run on another thread whenever one was found. */
    Masks(Runnable wake) {
        this.wake = wake;
    }

    /** A sequence whose constraint threw. */
    record Failed(Sequence sequence, Throwable cause) {}

    /** Begins to find what may come next in a sequence, where that is not known. */
    void prepare(Sequence sequence) {
        TokenConstraint constraint = sequence.constraint();
        if (constraint == null || constraint.isAtHand()) {
            sequence.mask(null);
            return;
        }
        Search search = new Search(sequence, constraint);
        sequence.mask(search);
        Thread.ofVirtual().name("mask").start(search);
    }

    /** Tells last that there is something new, or it could be looked for too soon, and never again. */
    private final class Search extends FutureTask<long[]> {
        private final Sequence sequence;
        /** A step went on without it, and no further one waits: it takes longer than that is worth. */
        private boolean late;

        Search(Sequence sequence, TokenConstraint constraint) {
            super(constraint::allowed);
            this.sequence = sequence;
        }

        @Override
        protected void done() {
            if (state() == State.FAILED) {
                failed.add(new Failed(sequence, exceptionNow()));
            }
            wake.run();
        }
    }

    /** A sequence has ended. */
    void ended(Sequence sequence) {
        Future<?> search = sequence.mask();
        if (search != null) {
            search.cancel(true);
            sequence.mask(null);
        }
    }

    /** One that failed and was not told yet; null if there is none. */
    @Nullable Failed failed() {
        return failed.poll();
    }

    /** A step is put together from now on. */
    void begin() {
        patience = PATIENCE_NANOS;
        missing = false;
    }

    /** Whether a sequence can take part in the step. */
    boolean ready(Sequence sequence) {
        boolean ready = !(sequence.mask() instanceof Search search) || isFound(search);
        missing |= !ready;
        return ready;
    }

    /** Whether a sequence had to sit out this step. */
    boolean missing() {
        return missing;
    }

    private boolean isFound(Search search) {
        if (search.isDone() || search.late) {
            return search.state() == Future.State.SUCCESS;
        }
        search.late = true;
        long begun = System.nanoTime();
        try {
            search.get(patience, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException | ExecutionException notFound) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            patience = Math.max(0, patience - (System.nanoTime() - begun));
        }
    }
}
