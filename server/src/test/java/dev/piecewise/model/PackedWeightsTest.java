package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Computed in bfloat16, with packed weights where the CPU takes them, logits are what they are in doubles but for rounding. */
@Timeout(60)
final class PackedWeightsTest {
    /** Of the logits' own deviation: two to three significant digits, through two layers. */
    private static final double ROUNDING = 0.2;

    private static final int LENGTH = 40;

    @TempDir
    Path directory;

    private static void assertNear(TinyRunner tiny, List<TokenLogprobs> seen, int[] tokens, Updates updates) {
        double[][] logits = tiny.reference.logits(Sequence.of(tokens), updates);
        double worst = 0;
        double sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            double[] reported = Distributions.byToken(seen.get(i));
            double[] expected = Distributions.logSoftmax(logits[i]);
            double spread = Distributions.deviation(expected);
            worst = Math.max(worst, Distributions.distance(reported, expected) / spread);
            sum += Distributions.meanDistance(reported, expected) / spread;
        }
        assertThat(worst).as("largest difference").isLessThan(ROUNDING);
        assertThat(sum / LENGTH).as("mean difference").isLessThan(ROUNDING / 10);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theBaseItselfAndABaseWithBiasesAndTiedHead(boolean more) {
        TinyCheckpoint checkpoint = TinyCheckpoint.llama()
                .storedAs(DType.BF16)
                .with("attention_bias", more)
                .with("mlp_bias", more)
                .with("tie_word_embeddings", more);
        try (TinyRunner tiny = TinyRunner.inBfloat16(checkpoint, directory)) {
            int[] tokens = tiny.tokens(LENGTH, 1);
            Span whole = tiny.scored(tokens, 0, LENGTH, 5);
            assertNear(tiny, tiny.run(whole).rows().getFirst().scores(), tokens, Updates.NONE);
            List<TokenLogprobs> oneByOne = new ArrayList<>();
            for (int i = 0; i < LENGTH; i++) {
                Span one = tiny.scored(tokens, i, 1, 100);
                Span other = tiny.scored(tokens, i, 1, 200);
                oneByOne.addAll(tiny.run(one, other).rows().getFirst().scores());
            }
            assertNear(tiny, oneByOne, tokens, Updates.NONE);
        }
    }

    @Test
    void adaptersInSlotsAndTheResidentPool() {
        try (TinyRunner tiny = TinyRunner.inBfloat16(TinyCheckpoint.llama().storedAs(DType.BF16), directory)) {
            Pool pool = TinyPool.of(tiny.config, "tiny", 3, 4, 1, Projection.values());
            tiny.resident(pool);
            LoraAdapter adapter = TinyAdapter.of(tiny.config, 8, 2, Projection.values());
            tiny.load(adapter, 8);
            SortedMap<Site, List<Choice>> plan = new TreeMap<>();
            SortedMap<Site, float[]> gains = new TreeMap<>();
            for (Site site : pool.sites().keySet()) {
                plan.put(site, List.of(new Choice("s2", 0.75), new Choice("s0", 0.25)));
                gains.put(site, new float[] {0.25f, 0, 0.75f});
            }
            int[] tokens = tiny.tokens(LENGTH, 3);
            StepResult result = tiny.run(
                    TinyRunner.with(tiny.scored(tokens, 0, LENGTH, 0), tiny.merged(adapter), 8),
                    TinyRunner.with(tiny.scored(tokens, 0, LENGTH, 100), new Adaptation.Resident("p", gains), -1),
                    tiny.scored(tokens, 0, LENGTH, 200));
            assertNear(tiny, result.rows().get(0).scores(), tokens, ReferenceLora.of(adapter));
            assertNear(tiny, result.rows().get(1).scores(), tokens, ReferenceLora.of(pool, plan, Merge.PRODUCT));
            assertNear(tiny, result.rows().get(2).scores(), tokens, Updates.NONE);
        }
    }
}
