package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.tenant.Tenant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What of a prompt is not computed again. */
@Timeout(20)
final class PrefixReuseTest {
    @Test
    void aConversationGoesOnFromItsOwnPlaces() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Requests first = Requests.counting(0, 30).max(10);
            int[] turn = append(first, engine.run(first).tokens(), 7, 8, 9);
            Completion second = engine.run(Requests.of(turn).max(10));

            assertThat(second.tokens())
                    .isEqualTo(alone(Requests.of(turn).max(10)).tokens());
            assertThat(cached(second)).isEqualTo(39);
            assertThat(engine.model.copies).hasValue(0);
            engine.engine.audit();
            assertThat(engine.engine.status().kvPlacesCached()).isEqualTo(43 + 9);
        }
    }

    @Test
    void aCommonBeginningIsCopied() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(Requests.counting(0, 40));
            int[] other = Requests.counting(0, 40).request().prompt().clone();
            other[25] = 49;
            Completion completion = engine.run(Requests.of(other));

            assertThat(completion.tokens()).isEqualTo(alone(Requests.of(other)).tokens());
            assertThat(cached(completion)).isEqualTo(25);
            assertThat(engine.model.copies).hasValue(1);
        }
    }

    @Test
    void theSamePromptIsComputedInItsLastTokenOnly() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Completion first = engine.run(Requests.counting(0, 40));
            Completion second = engine.run(Requests.counting(0, 40));

            assertThat(second.tokens()).isEqualTo(first.tokens());
            assertThat(cached(second)).isEqualTo(39);
        }
    }

    @Test
    void usersOfOneTenantShareAndThoseOfAnotherCannotTell() throws Exception {
        Tenant acme = new Tenant("acme");
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(Requests.counting(0, 40).user("ann"));
            assertThat(cached(engine.run(Requests.counting(0, 40).user(acme.key("ann")))))
                    .isZero();
            assertThat(cached(engine.run(Requests.counting(0, 40).user("bob")))).isEqualTo(39);
            assertThat(cached(engine.run(Requests.counting(0, 40).user(acme.key("bob")))))
                    .isEqualTo(39);
        }
    }

    @Test
    void aPrefixTooShortToPayIsComputed() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(Requests.counting(0, 15).max(30));
            int[] other = Arrays.copyOf(Requests.counting(0, 15).request().prompt(), 40);
            assertThat(cached(engine.run(Requests.of(other)))).isZero();
        }
    }

    @Test
    void onlyTheSameAdapterSharesAPrefix() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            List<Requests> all = List.of(
                    Requests.counting(0, 30),
                    Requests.counting(0, 30).adapter("a", 4),
                    Requests.counting(0, 30).adapter("b", 4),
                    Requests.counting(0, 30).adaptation(new Adaptation.Resident("plan", new TreeMap<>())));
            for (Requests request : all) {
                Completion completion = engine.run(request);
                assertThat(cached(completion)).isZero();
                assertThat(completion.tokens()).isEqualTo(alone(request).tokens());
            }
            for (Requests request : all) {
                assertThat(cached(engine.run(request))).isEqualTo(29);
            }
        }
    }

    @Test
    void aSequenceThatStillRunsSharesWhatItHas() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Semaphore permits = engine.hold();
            Generation running = engine.submit(Requests.counting(0, 50).max(400));
            engine.awaitSteps(1);
            permits.release();
            engine.awaitSteps(1);
            Generation sharing = engine.submit(Requests.counting(0, 60).max(3));
            engine.release(permits);
            Completion other = Completion.of(sharing);

            assertThat(cached(other)).isEqualTo(50);
            assertThat(other.tokens())
                    .isEqualTo(alone(Requests.counting(0, 60).max(3)).tokens());
            assertThat(Completion.of(running).tokens()).hasSize(400);
        }
    }

    @Test
    void equalPromptsAtTheSameTimeAreComputedOnce() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                generations.add(
                        engine.submit(Requests.counting(0, 60).seed(i).max(5).user("user" + i)));
            }
            Generation other = engine.submit(Requests.counting(20, 10).max(5));
            for (int i = 0; i < 8; i++) {
                assertThat(Completion.of(generations.get(i)).tokens())
                        .isEqualTo(
                                alone(Requests.counting(0, 60).seed(i).max(5)).tokens());
            }
            assertThat(Completion.of(other).tokens()).hasSize(5);
            int computed = engine.model.steps.stream().mapToInt(Batch::tokens).sum();
            assertThat(computed).isLessThanOrEqualTo(60 + 7 + 8 * 4 + 10 + 4);
        }
    }

    @Test
    void aCancelledSequenceLeavesWhatItComputed() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Generation generation = engine.submit(Requests.counting(0, 50).max(400));
            generation.next();
            generation.close();
            Completion.of(generation);
            assertThat(cached(engine.run(Requests.counting(0, 50)))).isEqualTo(49);
        }
    }

    @Test
    void whatWasUsedLongestAgoMakesRoom() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 125, 100, 0);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(4, 64, 10, 0, true))) {
            engine.run(Requests.counting(0, 30).max(1));
            engine.run(Requests.counting(10, 30).max(1));
            engine.run(Requests.counting(20, 30).max(1));
            assertThat(cached(engine.run(Requests.counting(0, 30).max(1)))).isEqualTo(29);
            engine.run(Requests.counting(30, 70).max(1));

            assertThat(cached(engine.run(Requests.counting(0, 30).max(1)))).isEqualTo(29);
            assertThat(cached(engine.run(Requests.counting(10, 30).max(1)))).isZero();
        }
    }

    @Test
    void nothingIsKeptTwice() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            for (int i = 0; i < 5; i++) {
                engine.run(Requests.counting(0, 40).max(5));
                engine.run(Requests.counting(0, 30).max(1));
            }
            engine.engine.audit();
            assertThat(engine.engine.status().kvPlacesCached()).isEqualTo(44);
        }
    }

    @Test
    void nothingIsKeptOfAForgottenUser() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(Requests.counting(0, 40).user("gone").adapter("a", 4));
            engine.run(Requests.counting(9, 40).user("other"));
            Semaphore permits = engine.hold();
            Generation running =
                    engine.submit(Requests.counting(5, 30).user("gone").max(400));
            engine.awaitSteps(1);
            FutureTask<Engine.Forgotten> forgotten = new FutureTask<>(() -> engine.engine.forget("gone"));
            Thread caller = Thread.ofPlatform().start(forgotten);
            while (caller.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            permits.release();
            assertThat(forgotten.get()).isEqualTo(new Engine.Forgotten(43, 1));
            running.close();
            engine.release(permits);
            assertThat(Completion.of(running).reason()).isEqualTo(FinishReason.CANCELLED);
            engine.engine.audit();
            assertThat(engine.engine.status().kvPlacesCached()).isEqualTo(43);
            assertThat(engine.engine.status().residentAdapters()).isEmpty();
            assertThat(cached(engine.run(Requests.counting(5, 30).user("gone"))))
                    .isZero();
            assertThat(cached(engine.run(Requests.counting(9, 40).user("gone"))))
                    .isEqualTo(39);
        }
    }

    @Test
    void withoutTheCacheEverythingIsComputed() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 1000, 100, 0);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(4, 64, 10, 0, false))) {
            engine.run(Requests.counting(0, 40));
            assertThat(cached(engine.run(Requests.counting(0, 40)))).isZero();
            engine.engine.audit();
            assertThat(engine.engine.status().kvPlacesCached()).isZero();
        }
    }

    private static int[] append(Requests request, List<Integer> completion, int... more) {
        int[] prompt = request.request().prompt();
        int[] all = Arrays.copyOf(prompt, prompt.length + completion.size() + more.length);
        for (int i = 0; i < completion.size(); i++) {
            all[prompt.length + i] = completion.get(i);
        }
        System.arraycopy(more, 0, all, all.length - more.length, more.length);
        return all;
    }

    private static Completion alone(Requests request) {
        return Completion.alone(request.request(), TestEngine.VOCABULARY);
    }

    private static int cached(Completion completion) {
        return ((TokenEvent.Finished) completion.last()).usage().cachedTokens();
    }
}
