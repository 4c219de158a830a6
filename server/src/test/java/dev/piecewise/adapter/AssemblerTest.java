package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Assembler.Options;
import dev.piecewise.adapter.Assembler.Selection;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a selector that takes, from the batches in their order, sharers 0 and 1, then 1 and 2, then 2 and 3, ... with weights 0.75 and 0.25. */
final class AssemblerTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final Site SITE = new Site(0, Projection.Q);

    @TempDir
    Path directory;

    private Pool pool;
    private final List<List<Example>> batches = new ArrayList<>();
    private final List<PieceSelector.Options> asked = new ArrayList<>();

    @BeforeEach
    void makeAPool() {
        pool = TinyPool.pool(ModelConfigReader.read(TinyModel.writeConfig(directory, TinyModel.config())), 4);
    }

    @Test
    void selectsOnceOverTheWholeHistory() {
        Plan plan = assemble(pool, texts(40), options(Selection.GLOBAL, 16, 50));
        assertThat(batches).hasSize(1);
        assertThat(batches.getFirst()).hasSize(40);
        assertThat(plan).isEqualTo(new Plan(pool.base(), pool.hash(), Merge.FACTOR, 2, plan.sites(), 40, NOW));
        assertThat(plan.sites().get(SITE)).containsExactly(new Choice("s0", 0.75), new Choice("s1", 0.25));
        assertThat(asked).containsExactly(new PieceSelector.Options(2, 0.5, Merge.FACTOR));
    }

    @Test
    void averagesTheSelectionsOfBatches() {
        Plan plan = assemble(pool, texts(5), options(Selection.PER_BATCH, 2, 50));
        assertThat(batches).extracting(List::size).containsExactly(2, 2, 1);
        assertThat(plan.sites().get(SITE))
                .containsExactly(
                        new Choice("s1", 1 / 3.0),
                        new Choice("s2", 1 / 3.0),
                        new Choice("s0", 0.25),
                        new Choice("s3", 0.25 / 3));
    }

    @Test
    void looksAtTheNewestItemsOldestFirst() {
        Plan plan = assemble(pool, texts(9), options(Selection.GLOBAL, 16, 3));
        assertThat(plan.items()).isEqualTo(3);
        assertThat(batches.getFirst())
                .extracting(example -> example.tokens()[1])
                .containsExactly(6, 7, 8);
    }

    @Test
    void stopsWhereTheNextItemWouldBeTooMuch() {
        List<HistoryItem> history = texts(9);
        Options options = new Options(2, 1, Merge.PRODUCT, Selection.GLOBAL, 16, 50, 5);
        assertThat(assemble(pool, history, options).items()).isEqualTo(2);
    }

    @Test
    void leavesItemsWithoutAnswerOutAndRefusesAHistoryOfOnlyThose() {
        List<HistoryItem> history = new ArrayList<>(texts(2));
        history.add(new HistoryItem(null, null, null, ""));
        assertThat(assemble(pool, history, Options.DEFAULT).items()).isEqualTo(2);
        assertThatThrownBy(() -> assemble(pool, history.subList(2, 3), Options.DEFAULT))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void takesWhatThereIsFromASmallPool() {
        Pool single = TinyPool.pool(ModelConfigReader.read(directory), 1);
        Plan plan = assemble(single, texts(1), Options.DEFAULT);
        assertThat(plan.k()).isEqualTo(1);
        assertThat(plan.sites().get(SITE)).containsExactly(new Choice("s0", 1));
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertThatThrownBy(() -> new Options(0, 1, Merge.PRODUCT, Selection.GLOBAL, 16, 50, 100))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Options(1, Double.NaN, Merge.PRODUCT, Selection.GLOBAL, 16, 50, 100))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Options options(Selection selection, int batch, int maxItems) {
        return new Options(2, 0.5, Merge.FACTOR, selection, batch, maxItems, 1000);
    }

    /** Item number i is the text of the one character i. */
    private static List<HistoryItem> texts(int items) {
        return IntStream.range(0, items)
                .mapToObj(i -> new HistoryItem(null, null, null, Character.toString(i)))
                .toList();
    }

    private Plan assemble(Pool from, List<HistoryItem> history, Options options) {
        ExampleEncoder encoder =
                new ExampleEncoder((text, _) -> ("\u0001" + text).chars().toArray(), -1, 100);
        return new Assembler(this::select, encoder, Clock.fixed(NOW, ZoneOffset.UTC)).assemble(from, history, options);
    }

    private SortedMap<Site, List<Choice>> select(Pool from, List<Example> examples, PieceSelector.Options options) {
        int first = batches.size();
        batches.add(examples);
        asked.add(options);
        List<Choice> choices = options.k() == 1
                ? List.of(new Choice("s0", 1))
                : List.of(new Choice("s" + first, 0.75), new Choice("s" + (first + 1), 0.25));
        return new TreeMap<>(Map.of(SITE, choices));
    }
}
