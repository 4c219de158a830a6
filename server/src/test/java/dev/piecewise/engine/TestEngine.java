package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A local engine over a {@link FakeModel}, which checks at the end that all is accounted for. */
final class TestEngine implements AutoCloseable {
    static final int VOCABULARY = 50;

    final FakeModel model;
    final LocalEngine engine;
    final Counts counts = new Counts();

    /** What the observer heard. */
    static final class Counts implements EngineObserver {
        final AtomicInteger admitted = new AtomicInteger();
        final AtomicInteger cachedTokens = new AtomicInteger();
        final AtomicInteger preempted = new AtomicInteger();
        final AtomicInteger ended = new AtomicInteger();
        final Queue<String> reasons = new ConcurrentLinkedQueue<>();
        final AtomicInteger slotHits = new AtomicInteger();
        final AtomicInteger slotWaits = new AtomicInteger();

        @Override
        public void admitted(int promptTokens, int cached, double queueSeconds) {
            admitted.incrementAndGet();
            cachedTokens.addAndGet(cached);
        }

        @Override
        public void preempted() {
            preempted.incrementAndGet();
        }

        @Override
        public void ended(String reason, int prompt, int completion, double endToEnd, double decode) {
            ended.incrementAndGet();
            reasons.add(reason);
        }

        @Override
        public void slotHit() {
            slotHits.incrementAndGet();
        }

        @Override
        public void slotWaited(double seconds) {
            slotWaits.incrementAndGet();
        }
    }

    TestEngine(FakeModel model, EngineLimits limits) {
        this.model = model;
        engine = new LocalEngine("test", model, limits, counts);
    }

    /** Room for everything. */
    static TestEngine roomy() {
        return new TestEngine(new FakeModel(VOCABULARY, 4096, 512, 64), new EngineLimits(16, 64, 100, 8, true));
    }

    Generation submit(Requests request) {
        return engine.submit(request.request());
    }

    /** Runs a request to its end. */
    Completion run(Requests request) throws InterruptedException {
        try (Generation generation = submit(request)) {
            return Completion.of(generation);
        }
    }

    /** From now on every step waits for a permit. */
    Semaphore hold() {
        Semaphore permits = new Semaphore(0);
        model.begun.drainPermits();
        model.permits = permits;
        return permits;
    }

    void release(Semaphore permits) {
        model.permits = null;
        permits.release(1_000_000);
    }

    /** Waits until so many more steps began. */
    void awaitSteps(int steps) {
        model.begun.acquireUninterruptibly(steps);
    }

    @Override
    public void close() {
        Semaphore held = model.permits;
        if (held != null) {
            release(held);
        }
        try {
            engine.drain(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while sequences run", e);
        }
        engine.audit();
        engine.close();
        assertThat(model.violations).isEmpty();
        assertThat(engine.faults()).isZero();
        assertThat(model.closed).isTrue();
        assertThat(engine.status().running()).isZero();
        assertThat(engine.status().waiting()).isZero();
        assertThat(engine.status().kvPlacesUsed()).isZero();
        assertThat(engine.status().slotsActive()).isZero();
    }
}
