package dev.piecewise.gateway.http;

import java.util.concurrent.atomic.AtomicLong;

/** The body of one request. Its bytes count against a {@link Budget} until it is taken or closed. Confined to one thread at a time. */
final class Body implements AutoCloseable {
    private static final byte[] NONE = {};

    private final Budget budget;
    private byte[] bytes;

    /** {@code bytes} were taken from the budget already. */
    Body(byte[] bytes, Budget budget) {
        this.bytes = bytes;
        this.budget = budget;
    }

    /** Bytes that all bodies together may hold while they wait to be read: many small ones, or a few of the largest. Any thread may call. */
    static final class Budget {
        private final AtomicLong left;

        Budget(long bytes) {
            left = new AtomicLong(bytes);
        }

        /** Takes so many bytes, or none and returns false. */
        boolean tryTake(int bytes) {
            if (left.addAndGet(-bytes) >= 0) {
                return true;
            }
            give(bytes);
            return false;
        }

        void give(int bytes) {
            left.addAndGet(bytes);
        }
    }

    /** The bytes, once; then there are none. */
    byte[] take() {
        byte[] taken = bytes;
        close();
        return taken;
    }

    @Override
    public void close() {
        budget.give(bytes.length);
        bytes = NONE;
    }
}
