package dev.piecewise.engine;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds what constraints allow beside the engine's thread, so that one completion's difficult grammar holds up no other's tokens: a step waits a little for all of them,
 * and a sequence whose mask is not there by then sits the step out. Confined to the engine's thread, but for the workers.
 */
final class Masks implements AutoCloseable {
    /** What is found for the first time usually takes one to three milliseconds; to wait for that costs less than a step without the sequence. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ExecutorService workers = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("mask-", 0).daemon().factory());
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
        CompletableFuture<Void> mask = new CompletableFuture<>();
        sequence.mask(mask);
        workers.execute(() -> find(sequence, constraint, mask));
    }

    /** Tells last that there is something new, or it could be looked for too soon, and never again. */
    private void find(Sequence sequence, TokenConstraint constraint, CompletableFuture<Void> mask) {
        try {
            constraint.allowed();
            mask.complete(null);
        } catch (RuntimeException | Error failure) {
            failed.add(new Failed(sequence, failure));
            mask.completeExceptionally(failure);
        } finally {
            wake.run();
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
        CompletableFuture<Void> mask = sequence.mask();
        boolean ready = mask == null || isFound(mask);
        missing |= !ready;
        return ready;
    }

    /** Whether a sequence had to sit out this step. */
    boolean missing() {
        return missing;
    }

    private boolean isFound(CompletableFuture<Void> mask) {
        if (mask.isDone()) {
            return !mask.isCompletedExceptionally();
        }
        long begun = System.nanoTime();
        try {
            mask.get(patience, TimeUnit.NANOSECONDS);
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

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
