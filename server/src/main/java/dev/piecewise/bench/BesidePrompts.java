package dev.piecewise.bench;

import com.sun.management.ThreadMXBean;
import dev.piecewise.bench.StreamReport.Beside;
import dev.piecewise.bench.StreamReport.Gaps;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.TokenEvent;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Streams of one engine, alone for a while, then beside long prompts that come one after the other. */
final class BesidePrompts {
    /** Tokens of each stream before the first long prompt and after each. */
    private static final int APART = 24;

    /** Of the first one nothing is noted: from it the engine learns what a prompt's tokens cost, and the JVM what code is hot. */
    private static final int PROMPTS = 8;

    private final LocalEngine engine;
    private final StreamRequests requests;
    private final List<Reader> readers = new ArrayList<>();

    /** {@code engine} does nothing else meanwhile. */
    BesidePrompts(LocalEngine engine, StreamRequests requests) {
        this.engine = engine;
        this.requests = requests;
    }

    /** Most tokens that a stream may give; a step takes one at least of a prompt. */
    static int longest(int prompt) {
        return APART * (PROMPTS + 1) + PROMPTS * (prompt + prompt / 2);
    }

    /** What was measured, {@code stretch} being the engine's. */
    Measured run(int streams, int prompt, double stretch) throws InterruptedException {
        List<Generation> running = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            running.add(engine.submit(requests.ofStream(longest(prompt), "stream " + i)));
        }
        running.forEach(generation -> readers.add(new Reader(generation)));
        Reader first = readers.getFirst();
        first.awaitMore(2);
        long allocated = allocated();
        first.awaitMore(APART);
        double perToken = (double) (allocated() - allocated) / (APART * streams);
        long end = System.nanoTime();
        read(prompt, 0);
        first.awaitMore(APART);
        long begin = System.nanoTime();
        double reading = 0;
        long tokens = 0;
        for (int i = 1; i < PROMPTS; i++) {
            long before = System.nanoTime();
            read(prompt, i);
            long after = System.nanoTime();
            reading += (after - before) * 1e-9;
            tokens += prompt
                    + readers.stream()
                            .mapToLong(reader -> reader.tokens(before, after))
                            .sum();
            first.awaitMore(APART);
        }
        running.forEach(Generation::close);
        List<Double> alone = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        for (Reader reader : readers) {
            reader.split(end, begin, alone, beside);
        }
        return new Measured(
                Gaps.of(alone),
                new Beside(stretch, Gaps.of(beside), (PROMPTS - 1) * prompt / reading, tokens / reading),
                perToken);
    }

    private void read(int prompt, int number) throws InterruptedException {
        Bench.finish(engine.submit(requests.of(requests.tokens(prompt), 1, "long " + number)));
    }

    /** Seconds between tokens before the long prompts came; what was with them; heap that all threads took for each token of the streams, before they came. */
    record Measured(Gaps alone, Beside beside, double allocatedBytesPerToken) {}

    private static long allocated() {
        return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
    }

    /** Notes when each token of a stream came. */
    private static final class Reader {
        private final Generation generation;
        private final List<Long> times = new ArrayList<>();
        private final Thread thread;
        private boolean over;

        Reader(Generation generation) {
            this.generation = generation;
            thread = Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try {
                while (generation.next() instanceof TokenEvent.Token) {
                    note();
                }
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            } finally {
                end();
            }
        }

        private synchronized void note() {
            times.add(System.nanoTime());
            notifyAll();
        }

        private synchronized void end() {
            over = true;
            notifyAll();
        }

        synchronized void awaitMore(int more) throws InterruptedException {
            for (int wanted = times.size() + more; times.size() < wanted && !over; ) {
                wait();
            }
        }

        synchronized long tokens(long from, long to) {
            return times.stream().filter(time -> time >= from && time <= to).count();
        }

        /** The first gap is left out: other streams' prompts fall into it. */
        void split(long end, long begin, List<Double> before, List<Double> after) throws InterruptedException {
            thread.join();
            for (int i = 2; i < times.size(); i++) {
                double gap = (times.get(i) - times.get(i - 1)) * 1e-9;
                if (times.get(i) < end) {
                    before.add(gap);
                } else if (times.get(i - 1) >= begin) {
                    after.add(gap);
                }
            }
        }
    }
}
