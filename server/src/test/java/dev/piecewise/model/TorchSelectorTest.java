package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PieceSelector.Options;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pieces are chosen on the device as a plain reading of the method chooses them. */
@Timeout(60)
final class TorchSelectorTest {
    private static final Projection[] ALL = Projection.values();

    @TempDir
    static Path directory;

    static TinyRunner llama;
    static TorchSelector selector;

    @BeforeAll
    static void load() {
        llama = TinyRunner.of(TinyCheckpoint.llama(), directory.resolve("llama"));
        selector = new TorchSelector(llama.base);
    }

    @AfterAll
    static void close() {
        selector.close();
        llama.close();
    }

    private static List<Example> examples(TinyRunner tiny) {
        return List.of(
                new Example(tiny.tokens(20, 1), 9),
                new Example(tiny.tokens(2, 2), 1),
                new Example(tiny.tokens(33, 3), 1),
                new Example(tiny.tokens(7, 4), 6));
    }

    private static Pool pool(TinyRunner tiny, int sharers, Projection... projections) {
        return TinyPool.of(tiny.config, "tiny", sharers, 3, 7, projections);
    }

    private static void assertSelectsRight(TinyRunner tiny, TorchSelector selector, Pool pool, Options options) {
        List<Example> examples = examples(tiny);
        assertSame(
                selector.select(pool, examples, options),
                ReferenceSelection.select(tiny.reference, pool, examples, options));
    }

    private static void assertSame(SortedMap<Site, List<Choice>> found, SortedMap<Site, List<Choice>> expected) {
        assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
        found.forEach((site, choices) -> assertThat(choices)
                .as("%s", site)
                .usingElementComparator(TorchSelectorTest::compare)
                .isEqualTo(expected.get(site)));
    }

    /** Weights are compared within rounding. */
    private static int compare(Choice a, Choice b) {
        return Math.abs(a.weight() - b.weight()) < 1e-5
                ? a.sharer().compareTo(b.sharer())
                : Double.compare(a.weight(), b.weight());
    }

    @ParameterizedTest
    @EnumSource
    void everySiteChoosesWithWhatEarlierSitesInstalled(Merge merge) {
        Pool pool = TinyPool.scaled(pool(llama, 9, ALL), 1.4);
        assertSelectsRight(llama, selector, pool, new Options(3, 1, merge));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 0.3", "6, 2", "6, 0.05"})
    void numberAndTemperatureOfChoicesAreFree(int k, double temperature) {
        assertSelectsRight(llama, selector, pool(llama, 6, ALL), new Options(k, temperature, Merge.PRODUCT));
    }

    @ParameterizedTest
    @EnumSource
    void aForecastOfGainsCountsBesideWhatTheSitesOfTheBaseAloneSay(Merge merge) {
        Pool pool = TinyPool.foreseen(pool(llama, 7, ALL), llama.config.hidden(), 5);
        assertSelectsRight(llama, selector, pool, new Options(3, 0.8, merge));
        Pool part =
                TinyPool.foreseen(TinyPool.shared(llama.config, "tiny", 5, 3, 7, 0.5, ALL), llama.config.hidden(), 2);
        assertSelectsRight(llama, selector, part, new Options(2, 1, merge));
        Pool arrow =
                TinyPool.foreseen(TinyPool.withoutGates(llama.config, "tiny", 5, 3, 7, ALL), llama.config.hidden(), 3);
        assertSelectsRight(llama, selector, arrow, new Options(2, 1, merge));
    }

    @ParameterizedTest
    @CsvSource({"0.7, 0, 0, 1.3", "0, 2, 0.5, 0"})
    void aForecastCountsInEachLayerAsItsScalesSay(float site0, float gain0, float site1, float gain1) {
        Pool pool = TinyPool.foreseen(
                pool(llama, 7, ALL), llama.config.hidden(), 5, new float[] {site0, gain0, site1, gain1});
        assertSelectsRight(llama, selector, pool, new Options(3, 0.8, Merge.PRODUCT));
    }

    @Test
    void aPoolWithAForecastOfAModelWithItsOwnHeadIsReadByItsEmbeddings(@TempDir Path other) {
        try (TinyRunner qwen = TinyRunner.of(TinyCheckpoint.qwen2(), other.resolve("qwen"));
                TorchSelector own = new TorchSelector(qwen.base)) {
            Pool pool = TinyPool.foreseen(pool(qwen, 4, Projection.Q, Projection.DOWN), qwen.config.hidden(), 3);
            assertSelectsRight(qwen, own, pool, new Options(2, 1, Merge.PRODUCT));
        }
    }

    @Test
    void aPoolOfFewerSharersGivesAllOfThem() {
        Pool pool = pool(llama, 2, Projection.Q, Projection.DOWN);
        List<Example> examples = examples(llama);
        assertSame(
                selector.select(pool, examples, new Options(3, 1, Merge.PRODUCT)),
                ReferenceSelection.select(llama.reference, pool, examples, new Options(2, 1, Merge.PRODUCT)));
        assertSelectsRight(llama, selector, pool(llama, 1, Projection.V), new Options(1, 1, Merge.FACTOR));
    }

    @ParameterizedTest
    @EnumSource
    void aPoolMayHaveOneProjectionOnly(Projection projection) {
        assertSelectsRight(llama, selector, pool(llama, 5, projection), new Options(2, 1, Merge.PRODUCT));
    }

    @ParameterizedTest
    @EnumSource
    void pieceThatNobodyGaveIsNeverChosen(Keys keys) {
        Pool part = TinyPool.shared(llama.config, "tiny", 4, 3, 7, 0.4, ALL);
        Pool pool = new Pool("part " + keys, "tiny", 3, 1, Merge.PRODUCT, keys, part.sharers(), part.sites());
        assertThat(pool.pieces())
                .isLessThan(pool.sharers().size() * pool.sites().size());
        Options options = new Options(3, 1, Merge.FACTOR);
        assertSelectsRight(llama, selector, pool, options);
        assertThat(selector.select(pool, examples(llama), options))
                .anySatisfy((site, choices) -> assertThat(choices).hasSizeLessThan(3));
    }

    @Test
    void keysComputedFromAdaptersScoreByMagnitude() {
        Pool arrow = TinyPool.withoutGates(llama.config, "tiny", 8, 3, 7, ALL);
        assertThat(arrow.keys()).isEqualTo(Keys.ARROW);
        Options options = new Options(3, 1, Merge.PRODUCT);
        assertSelectsRight(llama, selector, arrow, options);
        Pool signed =
                new Pool("signed", "tiny", arrow.rank(), 1, Merge.PRODUCT, Keys.GATES, arrow.sharers(), arrow.sites());
        assertSelectsRight(llama, selector, signed, options);
        assertThat(selector.select(arrow, examples(llama), options))
                .isNotEqualTo(selector.select(signed, examples(llama), options));
    }

    @Test
    void biasesNormsAndWindowsTakePart() {
        TinyCheckpoint sliding = TinyCheckpoint.mistral(6);
        TinyCheckpoint dynamic = TinyCheckpoint.qwen3()
                .with("attention_bias", true)
                .with("max_position_embeddings", 16)
                .with("rope_scaling", Map.of("rope_type", "dynamic", "factor", 4.0));
        for (TinyCheckpoint checkpoint : List.of(sliding, dynamic)) {
            Path at = directory.resolve(String.valueOf(checkpoint.hashCode()));
            try (TinyRunner tiny = TinyRunner.of(checkpoint, at);
                    TorchSelector own = new TorchSelector(tiny.base)) {
                assertSelectsRight(tiny, own, pool(tiny, 5, ALL), new Options(2, 1, Merge.FACTOR));
            }
        }
    }

    @Test
    void selectionsOfManyThreadsWaitForEachOther() throws Exception {
        Pool one = pool(llama, 4, ALL);
        Pool other = pool(llama, 5, Projection.O, Projection.UP);
        Options options = new Options(2, 1, Merge.PRODUCT);
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                Pool pool = i % 2 == 0 ? one : other;
                running.add(threads.submit(() -> assertSelectsRight(llama, selector, pool, options)));
            }
        }
        for (Future<?> each : running) {
            each.get();
        }
    }

    @Test
    void aClosedSelectorTouchesTheModelNoMore() {
        TorchSelector own = new TorchSelector(llama.base);
        own.close();
        assertThatThrownBy(() ->
                        own.select(pool(llama, 2, Projection.Q), examples(llama), new Options(1, 1, Merge.PRODUCT)))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void stepsRunBesideSelections() throws Exception {
        int[] prompt = llama.tokens(15, 9);
        int[] alone = llama.generate(prompt, 60, 0);
        Pool pool = pool(llama, 4, ALL);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> selecting = threads.submit(() -> {
                for (int i = 0; i < 12; i++) {
                    assertSelectsRight(llama, selector, pool, new Options(2, 1, Merge.PRODUCT));
                }
            });
            do {
                assertThat(llama.generate(prompt, 60, 0)).isEqualTo(alone);
            } while (!selecting.isDone());
            selecting.get();
        }
    }
}
