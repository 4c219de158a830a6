package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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

    private static TinyCheckpoint llama() {
        return TinyCheckpoint.llama().storedAs(DType.BF16);
    }

    private static TinyCheckpoint withBiases(TinyCheckpoint checkpoint) {
        return checkpoint.with("attention_bias", true).with("mlp_bias", true).with("tie_word_embeddings", true);
    }

    static Stream<Arguments> checkpoints() {
        return Stream.of(
                argumentSet("narrow", llama()),
                argumentSet("narrow, biases and tied head", withBiases(llama())),
                argumentSet("wide", llama().wide()),
                argumentSet("wide, biases and tied head", withBiases(llama().wide())),
                argumentSet("wide, a window", TinyCheckpoint.mistral(7).wide().storedAs(DType.BF16)),
                argumentSet("wide, normed heads", TinyCheckpoint.qwen3().wide().storedAs(DType.BF16)));
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void prefillAndDecode(TinyCheckpoint checkpoint) {
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void adaptersInSlotsAndTheResidentPool(boolean wide) {
        try (TinyRunner tiny = TinyRunner.inBfloat16(wide ? llama().wide() : llama(), directory)) {
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
            List<Updates> expected =
                    List.of(ReferenceLora.of(adapter), ReferenceLora.of(pool, plan, Merge.PRODUCT), Updates.NONE);
            List<List<TokenLogprobs>> oneByOne = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < LENGTH; i++) {
                StepResult step = tiny.run(three(tiny, tokens, i, 1, 400, tiny.merged(adapter), gains));
                for (int span = 0; span < 3; span++) {
                    oneByOne.get(span).addAll(step.rows().get(span).scores());
                }
            }
            StepResult whole = tiny.run(three(tiny, tokens, 0, LENGTH, 0, tiny.merged(adapter), gains));
            for (int span = 0; span < 3; span++) {
                assertNear(tiny, whole.rows().get(span).scores(), tokens, expected.get(span));
                assertNear(tiny, oneByOne.get(span), tokens, expected.get(span));
            }
        }
    }

    /** With an adapter in the slot at column 8, with pieces of the pool, and with nothing. */
    private static Span[] three(
            TinyRunner tiny,
            int[] tokens,
            int position,
            int length,
            int extent,
            Adaptation merged,
            SortedMap<Site, float[]> gains) {
        return new Span[] {
            TinyRunner.with(tiny.scored(tokens, position, length, extent), merged, 8),
            TinyRunner.with(
                    tiny.scored(tokens, position, length, extent + 100), new Adaptation.Resident("p", gains), -1),
            tiny.scored(tokens, position, length, extent + 200)
        };
    }
}
