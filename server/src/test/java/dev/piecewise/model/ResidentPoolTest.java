package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pool on the device: a user's gains do what the user's merged adapter does. */
@Timeout(60)
final class ResidentPoolTest {
    private static final int LENGTH = 24;

    @TempDir
    static Path directory;

    static TinyRunner tiny;
    static Pool pool;

    @BeforeAll
    static void load() {
        tiny = TinyRunner.of(TinyCheckpoint.llama(), directory);
        Pool plain = TinyPool.of(
                tiny.config, "tiny", 5, 2, 1, Projection.Q, Projection.V, Projection.O, Projection.UP, Projection.DOWN);
        pool = TinyPool.scaled(plain, 1.7);
        tiny.resident(pool);
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    /** Three random pieces for each site, or for each but those of the last layer. */
    private static Plan plan(long seed, boolean wholly) {
        Random random = new Random(seed);
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        for (Site site : pool.sites().keySet()) {
            if (wholly || site.layer() == 0) {
                int first = random.nextInt(5);
                sites.put(
                        site,
                        List.of(
                                new Choice("s" + first, 0.5),
                                new Choice("s" + (first + 2) % 5, 0.3),
                                new Choice("s" + (first + 3) % 5, 0.2)));
            }
        }
        return new Plan("tiny", pool.hash(), Merge.PRODUCT, 3, sites, 1, Instant.EPOCH);
    }

    private static Updates updates(Plan plan) {
        return ReferenceLora.of(pool, plan.sites(), Merge.PRODUCT);
    }

    private static Span span(int extent, Adaptation adaptation, int column) {
        return TinyRunner.with(tiny.scored(tiny.tokens(LENGTH, extent), 0, LENGTH, extent), adaptation, column);
    }

    private static void assertRight(StepResult.Row row, int extent, Updates updates) {
        Distributions.assertSame(
                row.scores(), tiny.reference.logits(Sequence.of(tiny.tokens(LENGTH, extent)), updates));
    }

    @Test
    void gainsDoWhatTheMergedAdapterDoes() {
        Plan plan = plan(1, true);
        LoraAdapter merged = Merger.merge(plan, pool, Merge.PRODUCT);
        tiny.load(merged, 8);
        StepResult result = tiny.run(span(0, Plans.resident(plan, pool), -1), span(100, tiny.merged(merged), 8));
        assertRight(result.rows().getFirst(), 0, updates(plan));
        assertRight(result.rows().getLast(), 100, updates(plan));
        List<TokenLogprobs> base =
                tiny.run(span(0, TinyRunner.BASE, -1)).rows().getFirst().scores();
        assertThat(Distributions.distance(
                        Distributions.byToken(base.getLast()),
                        Distributions.byToken(result.rows().getFirst().scores().getLast())))
                .isGreaterThan(0.5);
    }

    @Test
    void aPlanMergedByFactorsRunsFromASlotBesideResidentOnes() {
        Plan plan = plan(2, true);
        LoraAdapter merged = Merger.merge(plan, pool, Merge.FACTOR);
        tiny.load(merged, 0);
        StepResult result = tiny.run(
                span(0, tiny.merged(merged), 0),
                span(100, Plans.resident(plan, pool), -1),
                span(200, TinyRunner.BASE, -1));
        assertRight(result.rows().get(0), 0, ReferenceLora.of(pool, plan.sites(), Merge.FACTOR));
        assertRight(result.rows().get(1), 100, updates(plan));
        assertRight(result.rows().get(2), 200, Updates.NONE);
    }

    @Test
    void manyUsersShareABatchAndMayChangeFromStepToStep() {
        Random random = new Random(9);
        for (int step = 0; step < 6; step++) {
            long[] users = random.longs(4, 0, 8).toArray();
            Span[] spans = new Span[users.length];
            for (int i = 0; i < spans.length; i++) {
                Adaptation adaptation =
                        users[i] == 0 ? TinyRunner.BASE : Plans.resident(plan(users[i], users[i] % 2 == 0), pool);
                spans[i] = span(100 * i, adaptation, -1);
            }
            StepResult result = tiny.run(spans);
            for (int i = 0; i < spans.length; i++) {
                Updates updates = users[i] == 0 ? Updates.NONE : updates(plan(users[i], users[i] % 2 == 0));
                assertRight(result.rows().get(i), 100 * i, updates);
            }
        }
    }

    @Test
    void aUserDecodesTheReferencesTokens() {
        Plan plan = plan(3, true);
        int[] prompt = tiny.tokens(LENGTH, 1);
        assertThat(tiny.generate(prompt, 16, 0, Plans.resident(plan, pool), -1))
                .isEqualTo(tiny.reference.greedy(prompt, 16, updates(plan)))
                .isNotEqualTo(tiny.generate(prompt, 16, 100));
    }

    @Test
    void aMergedAdapterDoesNotHideTheGainsOfTheSamePlan() {
        Plan plan = plan(4, true);
        LoraAdapter merged = Merger.merge(plan, pool, Merge.PRODUCT);
        Adaptation resident = Plans.resident(plan, pool);
        assertThat(merged.fingerprint()).isEqualTo(resident.fingerprint());
        tiny.load(merged, 0);
        assertRight(tiny.run(span(0, tiny.merged(merged), 0)).rows().getFirst(), 0, updates(plan));
        assertRight(tiny.run(span(0, resident, -1)).rows().getFirst(), 0, updates(plan));
        assertRight(tiny.run(span(0, tiny.merged(merged), 0)).rows().getFirst(), 0, updates(plan));
    }

    @Test
    void gainsForAnotherNumberOfSharersFailTheirStepOnly() {
        Plan plan = plan(5, true);
        Adaptation good = Plans.resident(plan, pool);
        SortedMap<Site, float[]> gains = new TreeMap<>();
        gains.put(new Site(0, Projection.Q), new float[] {1, 0});
        Adaptation bad = new Adaptation.Resident("another pool's", gains);
        assertRight(tiny.run(span(0, good, -1)).rows().getFirst(), 0, updates(plan));
        assertThatThrownBy(() -> tiny.run(span(0, bad, -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 sharers");
        assertRight(tiny.run(span(0, good, -1)).rows().getFirst(), 0, updates(plan));
    }
}
