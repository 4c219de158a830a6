package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.StepResult;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter may be of finite numbers and still overflow. That is its user's trouble and nobody else's. */
@Timeout(60)
final class OverflowTest {
    private static final int LENGTH = 20;
    private static final int[] NONE = {};

    @TempDir
    static Path directory;

    @AutoClose
    static TinyRunner tiny;

    static LoraAdapter wild;

    @BeforeAll
    static void load() {
        tiny = TinyRunner.of(TinyCheckpoint.llama(), directory);
        SortedMap<Site, Factors> factors = new TreeMap<>();
        TinyAdapter.of(tiny.config, 4, 1, Projection.values()).sites().forEach((site, each) -> {
            float[] huge = each.a().clone();
            Arrays.fill(huge, 3e38f);
            factors.put(site, new Factors(each.rank(), each.in(), each.out(), huge, each.b()));
        });
        wild = TinyAdapter.of(factors);
    }

    private static Span span(LoraAdapter adapter, int column, int extent) {
        Span base = tiny.scored(tiny.tokens(LENGTH, extent), 0, LENGTH, extent);
        return TinyRunner.with(base, tiny.merged(adapter), column);
    }

    private static void assertRight(StepResult.Row row, int extent, Updates updates) {
        Distributions.assertSame(
                row.scores(), tiny.reference.logits(Sequence.of(tiny.tokens(LENGTH, extent)), updates));
    }

    /** Adapters of equal rank multiply their own rows only, those of different ranks each other's too. */
    @ParameterizedTest
    @ValueSource(ints = {4, 3})
    void othersInTheBatchReadAsEver(int rank) {
        LoraAdapter tame = TinyAdapter.of(tiny.config, rank, 2, Projection.values());
        tiny.load(wild, 0);
        tiny.load(tame, 4);
        Span base = tiny.scored(tiny.tokens(LENGTH, 200), 0, LENGTH, 200);
        StepResult result = tiny.run(span(wild, 0, 0), span(tame, 4, 100), base);
        assertThat(result.rows().getFirst().scores().getFirst().logprob()).isNaN();
        assertRight(result.rows().get(1), 100, ReferenceLora.of(tame));
        assertRight(result.rows().get(2), 200, Updates.NONE);
    }

    @Test
    void theNextAdapterInItsColumnsAndPlacesReadsAsEver() {
        LoraAdapter tame = TinyAdapter.of(tiny.config, 4, 3, Projection.values());
        tiny.load(wild, 0);
        tiny.run(span(wild, 0, 0));
        tiny.load(tame, 0);
        assertRight(tiny.run(span(tame, 0, 0)).rows().getFirst(), 0, ReferenceLora.of(tame));
        tiny.run(span(wild, 0, 400), span(tame, 0, 500));
        int[] prompt = tiny.tokens(3, 4);
        assertThat(tiny.generate(prompt, 5, 405)).isEqualTo(tiny.reference.greedy(prompt, 5, Updates.NONE));
    }

    @Test
    void drawsFromNoNumbersAreSomeTokenAndNoFailure() {
        tiny.load(wild, 0);
        Adaptation wildly = tiny.merged(wild);
        for (Draw draw : List.of(
                Draw.GREEDY,
                new Draw(1, 0, 1, 0, 0.5, NONE, new float[0], NONE, 1, 3),
                new Draw(1, 5, 1, 0, 0.5, NONE, new float[0], NONE, 1, -1),
                new Draw(1, 0, 0.5, 0, 0.5, NONE, new float[0], NONE, 1, -1),
                new Draw(1, 7, 0.9, 0.1, 0.999, new int[] {3}, new float[] {1}, new int[] {4}, 2, 0))) {
            Span span = new Span(tiny.tokens(LENGTH, 1), 0, LENGTH, 0, LENGTH, wildly, 0, draw, 0, 0);
            Span other = TinyRunner.greedy(tiny.tokens(LENGTH, 2), 0, 100);
            StepResult result = tiny.run(span, other);
            assertThat(result.rows().getFirst().token()).isBetween(0, tiny.config.vocabulary() - 1);
            assertThat(result.rows().getLast().token())
                    .isEqualTo(tiny.reference.greedy(tiny.tokens(LENGTH, 2), 1, Updates.NONE)[0]);
        }
    }
}
