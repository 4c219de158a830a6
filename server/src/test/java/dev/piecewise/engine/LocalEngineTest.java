package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.piecewise.engine.TokenEvent.Finished;
import dev.piecewise.engine.TokenEvent.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a generation gives: tokens, logprobs, its end. */
@Timeout(20)
final class LocalEngineTest {
    @Test
    void aGenerationGivesTokensAndOneLastEvent() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Requests request = Requests.of(1, 2, 3).max(5);
            Completion completion = engine.run(request);

            assertThat(completion).isEqualTo(Completion.alone(request.request(), TestEngine.VOCABULARY));
            assertThat(completion.tokens()).hasSize(5);
            assertThat(((Finished) completion.last()).usage()).isEqualTo(new TokenEvent.Usage(3, 0, 5));
            assertThat(engine.counts.ended).hasValue(1);
        }
    }

    @Test
    void whatIsThereAlreadyCanBeTakenWithoutWaiting() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Generation generation = engine.submit(Requests.of(1, 2, 3).max(2));
            engine.engine.drain(Duration.ofSeconds(10));

            assertThat(generation.poll()).containsInstanceOf(Token.class);
            assertThat(generation.poll()).containsInstanceOf(Token.class);
            assertThat(generation.poll()).containsInstanceOf(Finished.class);
            assertThatIllegalStateException().isThrownBy(generation::poll);
            assertThatIllegalStateException().isThrownBy(generation::next);
        }
    }

    @Test
    void anEndTokenEndsTheCompletionWithoutBeingPartOfIt() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Requests request = Requests.of(1, 2, 3).max(8);
            int third = engine.run(request).tokens().get(2);
            Completion completion = engine.run(request.ends(third));

            assertThat(completion.reason()).isEqualTo(FinishReason.STOP);
            assertThat(completion.tokens()).doesNotContain(third).hasSizeLessThan(3);
        }
    }

    @Test
    void endTokensAreBannedUntilThereAreEnoughTokens() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Requests request = Requests.of(1, 2, 3).max(8);
            int first = engine.run(request).tokens().getFirst();
            Completion completion = engine.run(request.ends(first).min(5));

            assertThat(completion.tokens()).hasSizeGreaterThanOrEqualTo(5);
            assertThat(completion.tokens().subList(0, 5)).doesNotContain(first);
        }
    }

    @Test
    void aSeedReproducesACompletionWhateverElseRuns() throws Exception {
        Requests request = Requests.counting(3, 30).seed(42).max(20);
        List<Integer> alone;
        try (TestEngine engine = TestEngine.roomy()) {
            alone = engine.run(request).tokens();
            assertThat(engine.run(request.seed(43)).tokens()).isNotEqualTo(alone);
        }
        FakeModel small = new FakeModel(TestEngine.VOCABULARY, 130, 100, 0);
        try (TestEngine engine = new TestEngine(small, new EngineLimits(4, 8, 100, 0, true, 2))) {
            List<Generation> others = new ArrayList<>();
            Semaphore held = engine.hold();
            for (int i = 0; i < 10; i++) {
                others.add(
                        engine.submit(Requests.counting(i, 25).seed(i).max(30).user("other")));
            }
            Generation again = engine.submit(request.max(20));
            engine.release(held);
            assertThat(Completion.of(again).tokens()).isEqualTo(alone);
            for (Generation other : others) {
                assertThat(Completion.of(other).tokens()).hasSize(30);
            }
            assertThat(engine.counts.preempted).hasPositiveValue();
        }
    }

    @Test
    void penaltiesAndBiasAreThoseOfTheDefinition() throws Exception {
        Sampling sampling = new Sampling(0, 0, 1, 0, 1.5, 0.5, 0.25, Map.of(7, 1.5f, 8, -100f), 0, 3);
        Requests request = Requests.of(9, 9, 8, 7).max(40).sampling(sampling);
        try (TestEngine engine = TestEngine.roomy()) {
            Completion completion = engine.run(request);

            assertThat(completion).isEqualTo(Completion.alone(request.request(), TestEngine.VOCABULARY));
            assertThat(completion.logprobs()).hasSize(40);
            assertThat(completion.tokens())
                    .isNotEqualTo(engine.run(request.sampling(Sampling.GREEDY)).tokens());
        }
    }

    @Test
    void thePromptIsScoredChunkByChunkAndToldOnce() throws Exception {
        Sampling scored = new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(), 0, 0);
        Requests request = Requests.counting(5, 200).sampling(scored).scored();
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(Requests.counting(5, 200));
            Completion completion = engine.run(request);

            assertThat(completion).isEqualTo(Completion.alone(request.request(), TestEngine.VOCABULARY));
            assertThat(completion.scores()).hasSize(199);
            assertThat(engine.run(Requests.of(1).sampling(scored).scored()).scores())
                    .isEmpty();
        }
    }

    @Test
    void aLongPromptBesideAStreamComesInSmallChunksUnlessThereIsNoBound() throws Exception {
        assertThat(firstChunkBesideAStream(2)).isEqualTo(16);
        assertThat(firstChunkBesideAStream(0)).isEqualTo(150);
    }

    private static int firstChunkBesideAStream(double stretch) throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 4096, 512, 64);
        EngineLimits limits = new EngineLimits(4, 256, 100, 0, true).withItlStretch(stretch);
        try (TestEngine engine = new TestEngine(model, limits)) {
            Semaphore held = engine.hold();
            engine.submit(Requests.of(1).max(400));
            engine.awaitSteps(1);
            Generation prompt = engine.submit(Requests.counting(0, 150).max(1));
            engine.release(held);
            assertThat(Completion.of(prompt).tokens()).hasSize(1);
        }
        return model.steps.stream()
                .filter(step -> step.spans().size() == 2)
                .findFirst()
                .orElseThrow()
                .spans()
                .getLast()
                .length();
    }

    @Test
    void aSlowReaderStopsNobody() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Generation slow = engine.submit(Requests.of(1, 2).max(300));
            for (int i = 0; i < 5; i++) {
                assertThat(engine.run(Requests.of(3, i).max(100)).tokens()).hasSize(100);
            }
            assertThat(Completion.of(slow).tokens()).hasSize(300);
        }
    }

    @Test
    void theStatusTellsWhoRunsAndWhatIsTaken() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 4096, 512, 64);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(2, 64, 100, 8, true))) {
            var permits = engine.hold();
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                generations.add(engine.submit(Requests.counting(i * 7, 20).adapter("a" + i % 2, 4)));
            }
            engine.awaitSteps(1);
            permits.release();
            engine.awaitSteps(1);
            permits.release();
            engine.awaitSteps(1);
            Engine.Status status = engine.engine.status();
            assertThat(status.running()).isEqualTo(2);
            assertThat(status.waiting()).isEqualTo(3);
            assertThat(status.kvPlacesUsed()).isEqualTo(46);
            assertThat(status.kvPlacesTotal()).isEqualTo(4096);
            assertThat(status.slotsActive()).isEqualTo(2);
            assertThat(status.residentAdapters()).containsExactly("a0", "a1");
            engine.release(permits);
            for (Generation generation : generations) {
                Completion.of(generation);
            }
            engine.engine.audit();
            assertThat(engine.engine.status().slotsIdle()).isEqualTo(2);
            assertThat(engine.engine.status().slotsFree()).isEqualTo(6);
            assertThat(engine.engine.status().kvPlacesCached()).isPositive();
        }
    }
}
