package dev.piecewise.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How fast a plain loop on some threads reads memory: what a decode step cannot beat. The memory is larger than any cache. */
final class ReadLoop implements AutoCloseable {
    static final long BYTES = 192L << 20;

    private final Arena arena = Arena.ofShared();
    private final int threads;
    private final MemorySegment memory;
    private volatile long sink;

    ReadLoop(int threads) {
        this.threads = threads;
        this.memory = arena.allocate(BYTES, 64).fill((byte) 1);
    }

    /** Bytes a second, the best of three rounds. */
    double measure() throws InterruptedException {
        double best = 0;
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            Thread[] readers = new Thread[threads];
            for (int i = 0; i < threads; i++) {
                MemorySegment part = memory.asSlice(i * (BYTES / threads), BYTES / threads);
                readers[i] = Thread.ofPlatform().start(() -> sink = sum(part));
            }
            for (Thread reader : readers) {
                reader.join();
            }
            best = Math.max(best, BYTES / ((System.nanoTime() - start) * 1e-9));
        }
        return best;
    }

    /** Four sums, so that no addition waits for the one before it. */
    private static long sum(MemorySegment part) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        long count = part.byteSize() / Long.BYTES;
        for (long i = 0; i + 3 < count; i += 4) {
            a += part.getAtIndex(ValueLayout.JAVA_LONG, i);
            b += part.getAtIndex(ValueLayout.JAVA_LONG, i + 1);
            c += part.getAtIndex(ValueLayout.JAVA_LONG, i + 2);
            d += part.getAtIndex(ValueLayout.JAVA_LONG, i + 3);
        }
        return a + b + c + d;
    }

    @Override
    public void close() {
        arena.close();
    }
}
