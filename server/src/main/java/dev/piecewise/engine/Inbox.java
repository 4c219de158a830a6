package dev.piecewise.engine;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The way to the engine's thread. It knows how many sequences were accepted and have not ended, and accepts no more than it may. */
final class Inbox {
    private enum State {
        OPEN,
        DRAINING,
        CLOSED
    }

    private final int most;
    private final LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private State state = State.OPEN;
    private int accepted;

    /** Accepts {@code most} sequences at a time. */
    Inbox(int most) {
        this.most = most;
    }

    int accepted() {
        lock.lock();
        try {
            return accepted;
        } finally {
            lock.unlock();
        }
    }

    void submit(Sequence sequence) {
        lock.lock();
        try {
            if (state != State.OPEN) {
                throw new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
            }
            if (accepted == most) {
                throw new ServingException(
                        ErrorCode.OVERLOADED, most + " requests are running or waiting already; try again later");
            }
            accepted++;
            messages.add(new Message.Submit(sequence));
        } finally {
            lock.unlock();
        }
    }

    /** Posts a message unless the engine is closed. */
    boolean tryPost(Message message) {
        lock.lock();
        try {
            return state != State.CLOSED && messages.add(message);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a message. Called by the engine's thread, as is {@link #poll} and {@link #ended}. */
    Message take() throws InterruptedException {
        return messages.take();
    }

    /** The next message if there is one. */
    @Nullable Message poll() {
        return messages.poll();
    }

    /** A sequence ended. Who sees its last event may submit another one, and who waits for all to end finds all last events there. */
    void ended(Runnable tellLast) {
        lock.lock();
        try {
            accepted--;
            tellLast.run();
            if (accepted == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Accepts no more sequences. */
    void drain() {
        lock.lock();
        try {
            if (state == State.OPEN) {
                state = State.DRAINING;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Posts the last message; every sequence that was accepted lies before it. */
    void close() {
        lock.lock();
        try {
            if (state != State.CLOSED) {
                state = State.CLOSED;
                messages.add(new Message.Close());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether all sequences ended within so long. */
    boolean awaitEmpty(Duration limit) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.convert(limit);
        lock.lock();
        try {
            while (accepted > 0 && left > 0) {
                left = empty.awaitNanos(left);
            }
            return accepted == 0;
        } finally {
            lock.unlock();
        }
    }
}
