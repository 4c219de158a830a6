package dev.piecewise.gateway.http;

import dev.piecewise.checkpoint.ScratchFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The body of one request, in memory or in a file. Its bytes count against a {@link Budget} until it is taken or closed. Confined to one thread at a time. */
final class Body implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Body.class);
    private static final byte[] NONE = {};

    private final Budget budget;
    private final @Nullable ScratchFile file;
    private byte[] bytes;
    private long counted;

    private Body(byte[] bytes, @Nullable ScratchFile file, long counted, Budget budget) {
        this.bytes = bytes;
        this.file = file;
        this.counted = counted;
        this.budget = budget;
    }

    /** {@code bytes} were taken from the budget already. */
    static Body of(byte[] bytes, Budget budget) {
        return new Body(bytes, null, bytes.length, budget);
    }

    /** {@code counted} bytes of the file were taken from the budget already; closing the body closes the file. */
    static Body of(ScratchFile file, long counted, Budget budget) {
        return new Body(NONE, file, counted, budget);
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

        void give(long bytes) {
            left.addAndGet(bytes);
        }
    }

    /** The bytes, once; then there are none. */
    byte[] take() {
        byte[] taken = bytes;
        close();
        return taken;
    }

    /** All of it from the start, until it is closed. */
    InputStream input() {
        try {
            return file == null ? new ByteArrayInputStream(bytes) : file.input();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        budget.give(counted);
        counted = 0;
        bytes = NONE;
        if (file != null) {
            close(file);
        }
    }

    static void close(ScratchFile file) {
        try {
            file.close();
        } catch (IOException failed) {
            LOG.atWarn().setCause(failed).log("a temporary file did not close");
        }
    }
}
