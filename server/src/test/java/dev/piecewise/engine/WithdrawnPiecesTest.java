package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the engine and the device still hold of sharers who withdrew: nothing, once what runs has ended. */
@Timeout(30)
final class WithdrawnPiecesTest {
    private static final Engine.Withdrawal SECOND = new Engine.Withdrawal("v1", Set.of(1));

    private static Requests resident(int from, float... gains) {
        TreeMap<Site, float[]> sites = new TreeMap<>();
        sites.put(new Site(0, Projection.Q), gains);
        return Requests.counting(from, 30).adaptation(new Adaptation.Resident("plan" + from, sites));
    }

    private static Requests merged(String name, String pool) {
        return Requests.counting(0, 30).adaptation(new Adaptation.Merged(Requests.lora(name, 4), pool));
    }

    /** Withdraws while a step is held, so that it lies in the inbox. */
    private static FutureTask<Void> withdraw(TestEngine engine, Engine.Withdrawal withdrawal) {
        FutureTask<Void> withdrawn = new FutureTask<>(() -> engine.engine.withdraw(withdrawal), null);
        Thread caller = Thread.ofPlatform().start(withdrawn);
        while (caller.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return withdrawn;
    }

    @Test
    void nobodysPiecesAreErasedWhileARequestRunsWithThem() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Semaphore permits = engine.hold();
            Generation running = engine.submit(resident(0, 0.5f, 0.5f, 0).max(60));
            engine.awaitSteps(1);
            FutureTask<Void> withdrawn = withdraw(engine, SECOND);
            permits.release(3);
            withdrawn.get();
            engine.awaitSteps(2);
            assertThat(engine.model.erased).isEmpty();

            Generation late = engine.submit(resident(3, 0, 1, 0));
            engine.release(permits);
            assertThat(Completion.of(late).failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(Completion.of(running).reason()).isEqualTo(FinishReason.LENGTH);
            engine.engine.audit();
            assertThat(engine.model.erased).containsExactly(1);
            assertThat(engine.engine.status().kvPlacesCached())
                    .as("keys and values that the piece took part in")
                    .isZero();
            assertThat(engine.run(resident(6, 0.5f, 0, 0.5f)).reason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void whatNobodyRunsWithIsErasedAtOnceAndOnlyOnce() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(resident(0, 0, 1, 0));
            engine.run(Requests.counting(9, 40));
            engine.engine.withdraw(SECOND);
            engine.engine.withdraw(SECOND);
            engine.engine.audit();
            assertThat(engine.model.erased).containsExactly(1);
            assertThat(engine.engine.status().kvPlacesCached())
                    .as("the base's own")
                    .isEqualTo(43);
        }
    }

    @Test
    void adaptersMergedFromTheVersionLeaveTheBankWithTheLastWhoRunsWithThem() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(merged("idle", "v1"));
            engine.run(merged("other", "v2"));
            engine.run(merged("own", ""));
            Semaphore permits = engine.hold();
            Generation running = engine.submit(merged("busy", "v1").max(40));
            engine.awaitSteps(1);
            FutureTask<Void> withdrawn = withdraw(engine, new Engine.Withdrawal("v1", Set.of()));
            permits.release(1);
            withdrawn.get();
            engine.release(permits);
            Completion.of(running);
            engine.run(merged("late", "v1"));
            engine.engine.audit();
            assertThat(engine.engine.status().residentAdapters()).containsExactly("other", "own");
            assertThat(IntStream.range(0, 64).mapToObj(engine.model::column).distinct())
                    .containsExactlyInAnyOrder("", "other", "own");
        }
    }

    @Test
    void whatCouldNotBeErasedIsTriedAgainLessAndLessOften() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.model.failsToErase = true;
            engine.engine.withdraw(SECOND);
            engine.run(resident(6, 0.5f, 0, 0.5f).max(60));
            engine.engine.audit();
            assertThat(engine.model.erased).isEmpty();
            assertThat(engine.model.erasures).hasValueBetween(4, 7);

            engine.model.failsToErase = false;
            engine.engine.withdraw(new Engine.Withdrawal("v1", Set.of(2)));
            assertThat(engine.model.erased)
                    .as("another withdrawal tries both at once")
                    .containsExactlyInAnyOrder(1, 2);
        }
    }

    @Test
    void whatCouldNotBeErasedIsErasedOnceThereIsRoom() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.model.failsToErase = true;
            engine.engine.withdraw(SECOND);
            engine.model.failsToErase = false;
            engine.run(resident(6, 0.5f, 0, 0.5f));
            engine.engine.audit();
            assertThat(engine.model.erased).containsExactly(1);
        }
    }

    @Test
    void whoIsRefusedIsToldWhy() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.engine.withdraw(SECOND);
            ServingException refused = engine.run(resident(0, 0, 0.1f, 0)).failure();
            assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(refused.text()).contains("withdrawn");
        }
    }
}
