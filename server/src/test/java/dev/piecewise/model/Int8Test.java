package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.error.ServingException;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With linear layers in int8 the distributions stay close to those of doubles, and no row depends on the others. Skipped on CPUs that refuse it. */
@Timeout(60)
final class Int8Test {
    /** Of the logits' own deviation; weights and inputs have 7 bits each, and the tiny model's are random, so nothing is easy to round. */
    private static final double MEAN_ROUNDING = 0.08;

    private static final int LENGTH = 40;

    @TempDir
    Path directory;

    private TinyRunner open(TinyCheckpoint checkpoint) {
        try {
            return TinyRunner.inInt8(checkpoint.storedAs(DType.BF16), directory);
        } catch (ServingException refused) {
            assertThat(refused.getMessage()).contains("model.dtype").contains("AVX-512");
            return abort("this CPU has no AVX-512");
        }
    }

    private static void assertNear(TinyRunner tiny, List<TokenLogprobs> seen, int[] tokens, Updates updates) {
        double[][] logits = tiny.reference.logits(Sequence.of(tokens), updates);
        double sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            double[] expected = Distributions.logSoftmax(logits[i]);
            sum += Distributions.meanDistance(Distributions.byToken(seen.get(i)), expected)
                    / Distributions.deviation(expected);
        }
        assertThat(sum / LENGTH).isLessThan(MEAN_ROUNDING);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theBaseItselfAndABaseWithBiasesAndTiedHead(boolean more) {
        TinyCheckpoint checkpoint = TinyCheckpoint.llama()
                .with("attention_bias", more)
                .with("mlp_bias", more)
                .with("tie_word_embeddings", more);
        try (TinyRunner tiny = open(checkpoint)) {
            int[] tokens = tiny.tokens(LENGTH, 1);
            assertNear(
                    tiny,
                    tiny.run(tiny.scored(tokens, 0, LENGTH, 5))
                            .rows()
                            .getFirst()
                            .scores(),
                    tokens,
                    Updates.NONE);
        }
    }

    private static TinyCheckpoint llama(boolean wide) {
        return wide ? TinyCheckpoint.llama().wide() : TinyCheckpoint.llama();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void adaptersInSlotsAndTheResidentPool(boolean wide) {
        try (TinyRunner tiny = open(llama(wide))) {
            Pool pool = TinyPool.of(tiny.config, "tiny", 3, 4, 1, Projection.values());
            tiny.resident(pool);
            LoraAdapter adapter = TinyAdapter.of(tiny.config, 8, 2, Projection.values());
            tiny.load(adapter, 8);
            SortedMap<Site, float[]> gains = new TreeMap<>();
            pool.sites().keySet().forEach(site -> gains.put(site, new float[] {0, 0, 0}));
            int[] tokens = tiny.tokens(LENGTH, 3);
            List<List<TokenLogprobs>> scores = tiny
                    .run(
                            TinyRunner.with(tiny.scored(tokens, 0, LENGTH, 0), tiny.merged(adapter), 8),
                            TinyRunner.with(
                                    tiny.scored(tokens, 0, LENGTH, 100), new Adaptation.Resident("p", gains), -1))
                    .rows()
                    .stream()
                    .map(row -> row.scores())
                    .toList();
            assertNear(tiny, scores.get(0), tokens, ReferenceLora.of(adapter));
            assertNear(tiny, scores.get(1), tokens, Updates.NONE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverElseIsInTheBatchARowComesOutTheSameToTheBit(boolean wide) {
        try (TinyRunner tiny = open(llama(wide))) {
            List<int[]> tokens = new ArrayList<>();
            List<Span> spans = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                tokens.add(tiny.tokens(1 + 5 * i, i));
                spans.add(tiny.scored(tokens.get(i), 0, tokens.get(i).length, 100 * i));
            }
            List<List<TokenLogprobs>> together = tiny.run(spans.toArray(Span[]::new)).rows().stream()
                    .map(row -> row.scores())
                    .toList();
            for (int i = 0; i < 9; i++) {
                List<TokenLogprobs> alone = tiny.run(tiny.scored(tokens.get(i), 0, tokens.get(i).length, 1000))
                        .rows()
                        .getFirst()
                        .scores();
                assertThat(together.get(i)).usingRecursiveComparison().isEqualTo(alone);
            }
        }
    }
}
