package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stays of the prompts of a user who is forgotten while they wait or are on their way: nothing. */
@Timeout(20)
final class ForgottenUsersTest {
    private static final Requests GONE = Requests.counting(5, 30).user("gone");

    /** Forgets while a step is held, so that it lies in the inbox. */
    private static FutureTask<Engine.Forgotten> forget(TestEngine engine) {
        FutureTask<Engine.Forgotten> forgotten = new FutureTask<>(() -> engine.engine.forget("gone"));
        Thread caller = Thread.ofPlatform().start(forgotten);
        while (caller.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return forgotten;
    }

    private static int cached(TestEngine engine) {
        engine.engine.audit();
        return engine.engine.status().kvPlacesCached();
    }

    @Test
    void nothingIsKeptOfASequenceThatWaits() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 4096, 512, 0);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(1, 64, 100, 0, true))) {
            Semaphore permits = engine.hold();
            Generation running = engine.submit(Requests.counting(0, 30).user("other"));
            engine.awaitSteps(1);
            Generation waiting = engine.submit(GONE);
            FutureTask<Engine.Forgotten> forgotten = forget(engine);
            engine.release(permits);

            assertThat(forgotten.get()).isEqualTo(Engine.Forgotten.NOTHING);
            assertThat(Completion.of(running).reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(Completion.of(waiting).reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(cached(engine)).as("the other user's").isEqualTo(33);
        }
    }

    @Test
    void nothingIsKeptOfASequenceThatIsPreempted() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 100, 90, 0);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(2, 8, 100, 0, true, 2))) {
            Semaphore permits = engine.hold();
            Generation running =
                    engine.submit(Requests.counting(0, 30).user("other").max(50));
            Generation preempted = engine.submit(GONE.max(50));
            while (engine.counts.preempted.get() == 0) {
                permits.release();
                engine.awaitSteps(1);
            }
            FutureTask<Engine.Forgotten> forgotten = forget(engine);
            engine.release(permits);

            forgotten.get();
            assertThat(Completion.of(running).tokens()).hasSize(50);
            assertThat(Completion.of(preempted).tokens()).hasSize(50);
            assertThat(engine.run(GONE).last())
                    .isEqualTo(new TokenEvent.Finished(FinishReason.LENGTH, new TokenEvent.Usage(30, 0, 4)));
        }
    }

    @Test
    void nothingIsKeptOfARequestThatWasOnItsWay() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            GenerationRequest late = GONE.request().begunAt(System.nanoTime());
            engine.engine.forget("gone");
            try (Generation generation = engine.engine.submit(late)) {
                assertThat(Completion.of(generation).reason()).isEqualTo(FinishReason.LENGTH);
            }
            assertThat(cached(engine)).isZero();

            try (Generation generation = engine.engine.submit(late.begunAt(System.nanoTime()))) {
                assertThat(Completion.of(generation).reason()).isEqualTo(FinishReason.LENGTH);
            }
            assertThat(cached(engine)).as("of somebody who came back").isEqualTo(33);
        }
    }
}
