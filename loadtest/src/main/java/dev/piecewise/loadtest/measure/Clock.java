package dev.piecewise.loadtest.measure;

import java.util.concurrent.locks.LockSupport;

/** Where the time comes from. */
public interface Clock {
    /** Nanoseconds since some moment. */
    long nanos();

    /** Waits until {@link #nanos} has come to {@code moment}; not at all where it has. */
    void sleepUntil(long moment) throws InterruptedException;

    /** The machine's. */
    Clock SYSTEM = new Clock() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleepUntil(long moment) throws InterruptedException {
            for (long left = moment - nanos(); left > 0; left = moment - nanos()) {
                LockSupport.parkNanos(this, left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    };
}
