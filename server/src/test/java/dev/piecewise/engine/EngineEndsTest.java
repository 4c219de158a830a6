package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every accepted generation gets exactly one last event, whatever ends it. */
@Timeout(20)
final class EngineEndsTest {
    @Test
    void closingCancelsAWaitingSequence() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 500, 100, 0);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(1, 8, 10, 0, true))) {
            Semaphore permits = engine.hold();
            Generation running = engine.submit(Requests.of(1).max(5));
            engine.awaitSteps(1);
            Generation waiting = engine.submit(Requests.of(2));
            waiting.close();
            waiting.close();
            permits.release();

            Completion cancelled = Completion.of(waiting);
            assertThat(cancelled.reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(cancelled.tokens()).isEmpty();
            engine.release(permits);
            assertThat(Completion.of(running).tokens()).hasSize(5);
            assertThat(engine.counts.ended).hasValue(2);
        }
    }

    @Test
    void closingInTheMiddleOfAPromptFreesPlacesAndSlotAtTheNextStep() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 500, 100, 8);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(1, 8, 10, 2, true))) {
            Semaphore permits = engine.hold();
            Generation reading = engine.submit(Requests.counting(0, 60).adapter("a", 8));
            engine.awaitSteps(1);
            permits.release();
            engine.awaitSteps(1);
            reading.close();
            permits.release();

            Completion cancelled = Completion.of(reading);
            assertThat(cancelled.reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(cancelled.tokens()).isEmpty();
            engine.release(permits);
            engine.engine.audit();
            assertThat(engine.engine.status().kvPlacesUsed()).isZero();
            assertThat(engine.engine.status().kvPlacesCached()).isEqualTo(16);
            assertThat(engine.engine.status().slotsIdle()).isEqualTo(1);
        }
    }

    @Test
    void countsWhatIsStoppedApartFromWhatIsAbandoned() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 500, 100, 0);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(2, 8, 10, 0, true))) {
            Semaphore permits = engine.hold();
            Generation stopped = engine.submit(Requests.of(1).max(5));
            engine.awaitSteps(1);
            stopped.stop();
            stopped.close();
            engine.release(permits);
            assertThat(Completion.of(stopped).reason()).isEqualTo(FinishReason.CANCELLED);

            permits = engine.hold();
            Generation abandoned = engine.submit(Requests.of(2).max(5));
            engine.awaitSteps(1);
            abandoned.close();
            engine.release(permits);
            assertThat(Completion.of(abandoned).reason()).isEqualTo(FinishReason.CANCELLED);

            assertThat(engine.counts.reasons).containsExactly("stop", "abort");
        }
    }

    @Test
    void closingAfterTheEndChangesNothing() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Generation generation = engine.submit(Requests.of(1));
            assertThat(Completion.of(generation).reason()).isEqualTo(FinishReason.LENGTH);
            generation.close();
            engine.run(Requests.of(2));
            assertThat(engine.counts.ended).hasValue(2);
        }
    }

    @Test
    void aStepThatFailsForOneOfManyFailsThatOneOnly() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.model.fails =
                    batch -> batch.spans().stream().anyMatch(span -> span.tokens()[0] == 13 && span.position() > 2);
            List<Generation> good = new ArrayList<>();
            Semaphore permits = engine.hold();
            for (int i = 0; i < 5; i++) {
                good.add(engine.submit(Requests.of(i, i).max(20)));
            }
            Generation guilty = engine.submit(Requests.of(13, 1).max(20));
            engine.release(permits);

            Completion failed = Completion.of(guilty);
            assertThat(failed.tokens()).hasSize(2);
            assertThat(((TokenEvent.Failed) failed.last()).cause().code()).isEqualTo(ErrorCode.INTERNAL);
            for (int i = 0; i < 5; i++) {
                assertThat(Completion.of(good.get(i)).tokens())
                        .isEqualTo(Completion.alone(Requests.of(i, i).max(20).request(), TestEngine.VOCABULARY)
                                .tokens());
            }
        }
    }

    @Test
    void anErrorOfTheRunnerDoesNotEndTheEngine() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.model.fails = batch -> {
                throw new OutOfMemoryError("this step was to fail");
            };
            assertThat(engine.run(Requests.of(1)).last()).isInstanceOf(TokenEvent.Failed.class);
            engine.model.fails = batch -> false;
            assertThat(engine.run(Requests.of(1)).tokens()).hasSize(4);
        }
    }

    @Test
    void anAdapterThatCannotBeLoadedFailsItsSequenceOnly() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.model.failsToLoad = adapter -> adapter.fingerprint().equals("bad");
            Generation good = engine.submit(Requests.of(1).adapter("good", 8).max(50));
            assertThat(engine.run(Requests.of(1).adapter("bad", 8)).last()).isInstanceOf(TokenEvent.Failed.class);
            assertThat(Completion.of(good).tokens()).hasSize(50);
            engine.model.failsToLoad = adapter -> false;
            Requests again = Requests.of(1).adapter("bad", 8);
            assertThat(engine.run(again).tokens())
                    .isEqualTo(Completion.alone(again.request(), TestEngine.VOCABULARY)
                            .tokens());
        }
    }

    @Test
    void aFaultOfTheEngineItselfFailsWhatRunsAndItServesOn() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 500, 100, 0);
        AtomicInteger steps = new AtomicInteger();
        EngineObserver faulty = new EngineObserver() {
            @Override
            public void stepped(int prefillTokens, int decodeTokens, int spans, double seconds) {
                if (steps.incrementAndGet() == 3) {
                    throw new IllegalStateException("this observer was to fail");
                }
            }
        };
        try (LocalEngine engine = new LocalEngine("faulty", model, new EngineLimits(4, 8, 10, 0, true), faulty)) {
            Completion failed =
                    Completion.of(engine.submit(Requests.of(1).max(50).request()));
            assertThat(((TokenEvent.Failed) failed.last()).cause().code()).isEqualTo(ErrorCode.INTERNAL);
            assertThat(engine.faults()).isEqualTo(1);
            assertThat(Completion.of(engine.submit(Requests.of(1).max(50).request()))
                            .tokens())
                    .hasSize(50);
            engine.audit();
        }
    }

    @Test
    void noMoreAreAcceptedThanMayRunAndWait() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 500, 100, 0);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(2, 8, 5, 0, true));
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Semaphore permits = engine.hold();
            List<Future<Generation>> submissions = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                submissions.add(callers.submit(() -> engine.submit(Requests.of(1))));
            }
            List<Generation> accepted = new ArrayList<>();
            for (Future<Generation> submission : submissions) {
                try {
                    accepted.add(submission.get());
                } catch (ExecutionException refused) {
                    assertThat(refused)
                            .cause()
                            .isInstanceOfSatisfying(
                                    ServingException.class,
                                    cause -> assertThat(cause.code()).isEqualTo(ErrorCode.OVERLOADED));
                }
            }
            assertThat(accepted).hasSize(7);
            engine.release(permits);
            for (Generation generation : accepted) {
                assertThat(Completion.of(generation).tokens()).hasSize(4);
            }
            assertThat(engine.run(Requests.of(1)).tokens()).hasSize(4);
        }
    }

    @Test
    void drainingLetsWhatRunsFinishAndAcceptsNoMore() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                generations.add(engine.submit(Requests.of(i).max(30)));
            }
            engine.engine.drain(Duration.ofSeconds(10));
            assertThat(refuses(engine.engine)).isTrue();
            for (Generation generation : generations) {
                assertThat(Completion.of(generation).tokens()).hasSize(30);
            }
        }
    }

    @Test
    void drainingFailsWhatDoesNotFinishInTime() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Semaphore permits = engine.hold();
            Generation running = engine.submit(Requests.of(1).max(400));
            engine.awaitSteps(1);
            Thread drainer = Thread.ofPlatform().start(() -> {
                try {
                    engine.engine.drain(Duration.ZERO);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            while (drainer.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            permits.release();
            Completion failed = Completion.of(running);
            assertThat(failed.tokens()).hasSize(1);
            assertThat(((TokenEvent.Failed) failed.last()).cause().code()).isEqualTo(ErrorCode.UNAVAILABLE);
            drainer.join();
        }
    }

    @Test
    void closingEndsEveryGeneration() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 500, 500, 0);
        LocalEngine engine = new LocalEngine("test", model, new EngineLimits(2, 8, 50, 0, true), EngineObserver.NONE);
        Semaphore permits = new Semaphore(0);
        model.permits = permits;
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            generations.add(engine.submit(Requests.of(i).max(400).request()));
        }
        model.begun.acquireUninterruptibly();
        try (ExecutorService closer = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> closed = closer.submit(engine::close);
            while (!refuses(engine)) {
                Thread.onSpinWait();
            }
            permits.release(1);
            closed.get();
        }
        for (Generation generation : generations) {
            TokenEvent.Failed last =
                    (TokenEvent.Failed) Completion.of(generation).last();
            assertThat(last.cause().code()).isEqualTo(ErrorCode.UNAVAILABLE);
            generation.close();
        }
        assertThat(model.closed).isTrue();
        assertThat(engine.forget("user")).isEqualTo(Engine.Forgotten.NOTHING);
        engine.close();
    }

    private static boolean refuses(LocalEngine engine) {
        try {
            engine.submit(Requests.of(1).request());
            return false;
        } catch (ServingException refusal) {
            return refusal.code() == ErrorCode.UNAVAILABLE;
        }
    }
}
