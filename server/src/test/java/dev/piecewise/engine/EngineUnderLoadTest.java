package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hundreds of different requests at once, in too little of everything: each must give what it gives alone. */
@Timeout(60)
final class EngineUnderLoadTest {
    private static final int REQUESTS = 400;
    private static final int GUILTY = 49;
    private static final Logger LOG = Logger.getLogger("dev.piecewise.engine");

    /** A generation's events, and whether it was closed on the way. */
    private record Outcome(GenerationRequest request, Completion completion, boolean closed) {}

    @ParameterizedTest(
            name = "seed {0}: {1} places, {2} sequences, {3} tokens a step, {4} columns, {5} slots, prefixes {6}")
    @CsvSource({
        "1,  120,  6,  8, 12,  3, true",
        "2,  120,  6,  8, 12,  3, false",
        "3,   90,  8, 40,  8,  2, true",
        "4,  400, 16, 16, 16, 16, true",
        "5,   75,  3,  3,  5,  1, true",
        "6, 3000, 32, 64, 24,  5, true",
    })
    void everyRequestGivesWhatItGivesAlone(
            int seed, int places, int sequences, int budget, int columns, int slots, boolean prefixes)
            throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, places, 80, columns);
        EngineLimits limits = new EngineLimits(sequences, budget, REQUESTS, slots, prefixes, 1 + seed * 3)
                .withItlStretch(seed % 2 == 0 ? 2 : 0);
        try (TestEngine engine = new TestEngine(model, limits)) {
            for (Outcome outcome : runAll(engine, new Random(seed))) {
                check(outcome);
            }
            assertThat(engine.counts.slotWaits).hasPositiveValue();
            assertThat(engine.counts.slotHits).hasPositiveValue();
            assertThat(engine.counts.preempted.get() > 0).isEqualTo(places < 1000);
            if (!prefixes || places >= 1000) {
                assertThat(engine.counts.cachedTokens.get() > 0).isEqualTo(prefixes);
            }
            assertThat(model.steps)
                    .allMatch(step -> step.tokens() <= budget && step.spans().size() <= sequences);
        }
    }

    @BeforeAll
    static void expectFailures() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void expectNone() {
        LOG.setLevel(null);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void whateverGoesWrongOnlyTheGuiltyFail(int seed) throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 150, 80, 12);
        Random chance = new Random(seed);
        model.fails = batch -> batch.spans().stream().anyMatch(EngineUnderLoadTest::isGuilty)
                || (batch.spans().size() > 1 && chance.nextInt(5) == 0);
        model.failsToCopy = from -> chance.nextInt(3) == 0;
        model.failsToLoad = adapter -> adapter.fingerprint().equals("adapter3");
        try (TestEngine engine = new TestEngine(model, new EngineLimits(6, 12, REQUESTS, 3, true, 5))) {
            int failed = 0;
            for (Outcome outcome : runAll(engine, new Random(seed))) {
                if (outcome.completion().last() instanceof TokenEvent.Failed(ServingException cause)) {
                    failed++;
                    assertThat(cause.code()).isEqualTo(ErrorCode.INTERNAL);
                    assertThat(outcome.request().prompt()[0] == GUILTY
                                    || outcome.request()
                                            .adaptation()
                                            .fingerprint()
                                            .equals("adapter3"))
                            .isTrue();
                } else {
                    check(outcome);
                }
            }
            assertThat(failed).isBetween(10, REQUESTS / 4);
        }
    }

    private static boolean isGuilty(Span span) {
        return span.tokens()[0] == GUILTY;
    }

    private static List<Outcome> runAll(TestEngine engine, Random random) throws Exception {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Outcome>> futures = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                GenerationRequest request = request(random, engine.engine.maxLength());
                int closeAfter = random.nextInt(5) == 0 ? random.nextInt(6) : Integer.MAX_VALUE;
                Generation generation = engine.engine.submit(request);
                futures.add(callers.submit(() -> outcome(request, generation, closeAfter)));
                if (i % 50 == 49) {
                    engine.engine.audit();
                }
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> future : futures) {
                outcomes.add(future.get());
            }
            assertThat(engine.counts.ended).hasValue(REQUESTS);
            return outcomes;
        }
    }

    private static Outcome outcome(GenerationRequest request, Generation generation, int closeAfter) throws Exception {
        List<Integer> taken = new ArrayList<>();
        if (closeAfter == Integer.MAX_VALUE) {
            return new Outcome(request, Completion.of(generation), false);
        }
        for (int i = 0; i < closeAfter; i++) {
            switch (generation.next()) {
                case TokenEvent.PromptScored scored -> {}
                case TokenEvent.Token token -> taken.add(token.id());
                case TokenEvent.Finished last -> {
                    return new Outcome(request, new Completion(taken, List.of(), List.of(), last), true);
                }
                case TokenEvent.Failed last -> {
                    return new Outcome(request, new Completion(taken, List.of(), List.of(), last), true);
                }
            }
        }
        generation.close();
        Completion rest = Completion.of(generation);
        taken.addAll(rest.tokens());
        return new Outcome(request, new Completion(taken, List.of(), List.of(), rest.last()), true);
    }

    private static void check(Outcome outcome) {
        Completion alone = Completion.alone(outcome.request(), TestEngine.VOCABULARY);
        Completion together = outcome.completion();
        assertThat(together.last()).isInstanceOf(TokenEvent.Finished.class);
        TokenEvent.Usage usage = ((TokenEvent.Finished) together.last()).usage();
        assertThat(usage.promptTokens()).isEqualTo(outcome.request().prompt().length);
        assertThat(usage.completionTokens()).isEqualTo(together.tokens().size());
        assertThat(usage.cachedTokens()).isLessThan(usage.promptTokens());
        if (together.reason() == FinishReason.CANCELLED) {
            assertThat(outcome.closed()).isTrue();
            assertThat(together.tokens())
                    .isEqualTo(alone.tokens().subList(0, together.tokens().size()));
            return;
        }
        assertThat(together.tokens()).isEqualTo(alone.tokens());
        assertThat(together.reason()).isEqualTo(alone.reason());
        if (!outcome.closed()) {
            assertThat(together.scores()).isEqualTo(alone.scores());
            assertThat(together.logprobs()).isEqualTo(alone.logprobs());
        }
    }

    /** Few different beginnings, so that prefixes are shared; all kinds of sampling and adapters. */
    private static GenerationRequest request(Random random, int longest) {
        int length = 1 + random.nextInt(longest * 3 / 5);
        int[] prompt = new int[length];
        Random beginning = new Random(random.nextInt(4));
        int own = random.nextInt(3) == 0 ? random.nextInt(length + 1) : length;
        for (int i = 0; i < length; i++) {
            prompt[i] = (i < own ? beginning : random).nextInt(TestEngine.VOCABULARY);
        }
        int maxTokens = 1 + random.nextInt(longest - length);
        boolean scored = random.nextInt(8) == 0;
        Set<Integer> ends = random.nextBoolean() ? Set.of(random.nextInt(5), 5 + random.nextInt(5)) : Set.of();
        return new GenerationRequest(
                "user" + random.nextInt(10),
                prompt,
                maxTokens,
                random.nextInt(3) == 0 ? random.nextInt(maxTokens + 1) : 0,
                ends,
                sampling(random, scored),
                scored,
                adaptation(random));
    }

    private static Sampling sampling(Random random, boolean scored) {
        return new Sampling(
                random.nextBoolean() ? 0 : 0.5 + random.nextInt(3),
                0,
                1,
                0,
                random.nextInt(4) == 0 ? 1.5 : 1,
                random.nextInt(4) == 0 ? 0.5 : 0,
                random.nextInt(4) == 0 ? 0.25 : 0,
                random.nextInt(4) == 0 ? Map.of(random.nextInt(50), 2f) : Map.of(),
                random.nextLong(),
                scored || random.nextInt(4) == 0 ? 0 : -1);
    }

    private static Adaptation adaptation(Random random) {
        int kind = random.nextInt(10);
        if (kind < 2) {
            return Requests.BASE;
        }
        if (kind < 4) {
            return new Adaptation.Resident("resident" + kind, new TreeMap<>());
        }
        int adapter = random.nextInt(12);
        return new Adaptation.Merged(Requests.lora("adapter" + adapter, 1 + adapter % 5));
    }
}
