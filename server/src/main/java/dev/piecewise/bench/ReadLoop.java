package dev.piecewise.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** How fast a plain loop on some threads reads memory that is larger than any cache: what a decode step cannot beat. */
final class ReadLoop implements AutoCloseable {
    static final long BYTES = 2 * (128L << 20);

    private static final int TIMES = 2;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment plain = arena.allocate(BYTES / 2, 64);
    private final MemorySegment huge = HugePages.gather(arena.allocate(BYTES / 2, HugePages.BYTES));
    private final List<Double> plainSeconds = new ArrayList<>();
    private final List<Double> hugeSeconds = new ArrayList<>();
    private final int threads;
    private volatile long sink;

    ReadLoop(int threads) {
        this.threads = threads;
        plain.fill((byte) 1);
        huge.fill((byte) 1);
    }

    /** Forgets what was measured. */
    void begin() {
        plainSeconds.clear();
        hugeSeconds.clear();
    }

    /** Reads both kinds of memory once more. */
    void measure() throws InterruptedException {
        plainSeconds.add(seconds(plain));
        hugeSeconds.add(seconds(huge));
    }

    /** Bytes a second, the medians since {@link #begin}. */
    BenchReport.Reading reading() {
        double bytes = BYTES / 2. * TIMES;
        return new BenchReport.Reading(bytes / StepClock.median(plainSeconds), bytes / StepClock.median(hugeSeconds));
    }

    private double seconds(MemorySegment memory) throws InterruptedException {
        long part = memory.byteSize() / threads / Long.BYTES * Long.BYTES;
        long start = System.nanoTime();
        Thread[] readers = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            MemorySegment slice = memory.asSlice(i * part, part);
            readers[i] = Thread.ofPlatform().start(() -> {
                for (int time = 0; time < TIMES; time++) {
                    sink = sum(slice);
                }
            });
        }
        for (Thread reader : readers) {
            reader.join();
        }
        return (System.nanoTime() - start) * 1e-9;
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
