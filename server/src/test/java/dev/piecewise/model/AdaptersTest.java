package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.StepResult;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters in slots: a sequence reads as the base with its own adapter, whoever else is in the bank and in the batch. */
@Timeout(60)
final class AdaptersTest {
    private static final int SHORT = 20;
    private static final int LONG = 45;

    @TempDir
    static Path directory;

    static TinyRunner tiny;

    @BeforeAll
    static void load() {
        tiny = TinyRunner.of(TinyCheckpoint.llama(), directory);
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static LoraAdapter adapter(int rank, long seed, Projection... projections) {
        return TinyAdapter.of(tiny.config, rank, seed, projections);
    }

    /** A sequence of so many random tokens that reads as this adapter in this column, or as the base. */
    private record Reader(int[] tokens, int extent, Adaptation adaptation, int column, Updates updates) {
        static Reader of(LoraAdapter adapter, int column, int length, int extent) {
            Adaptation merged = tiny.merged(adapter);
            return new Reader(tiny.tokens(length, extent), extent, merged, column, ReferenceLora.of(adapter));
        }

        static Reader base(int length, int extent) {
            return new Reader(tiny.tokens(length, extent), extent, TinyRunner.BASE, -1, Updates.NONE);
        }

        Span span(int position, int length) {
            return TinyRunner.with(tiny.scored(tokens, position, length, extent), adaptation, column);
        }

        void assertRight(StepResult.Row row, int position) {
            double[][] logits = tiny.reference.logits(Sequence.of(tokens), updates);
            Distributions.assertSame(row.scores(), logits, position, Distributions.CLOSE);
        }
    }

    /** Reads all but the last token of each in one step and the last tokens in another. */
    private static void assertReadTogether(Reader... readers) {
        StepResult prompts = tiny.run(Arrays.stream(readers)
                .map(reader -> reader.span(0, reader.tokens.length - 1))
                .toArray(Span[]::new));
        StepResult decoded = tiny.run(Arrays.stream(readers)
                .map(reader -> reader.span(reader.tokens.length - 1, 1))
                .toArray(Span[]::new));
        for (int i = 0; i < readers.length; i++) {
            readers[i].assertRight(prompts.rows().get(i), 0);
            readers[i].assertRight(decoded.rows().get(i), readers[i].tokens.length - 1);
        }
    }

    static Stream<Arguments> targets() {
        return Stream.of(
                Arguments.of((Object) new Projection[] {Projection.Q}),
                Arguments.of((Object) new Projection[] {Projection.K}),
                Arguments.of((Object) new Projection[] {Projection.V}),
                Arguments.of((Object) new Projection[] {Projection.O}),
                Arguments.of((Object) new Projection[] {Projection.GATE}),
                Arguments.of((Object) new Projection[] {Projection.UP}),
                Arguments.of((Object) new Projection[] {Projection.DOWN}),
                Arguments.of((Object) new Projection[] {Projection.Q, Projection.V}),
                Arguments.of((Object) Projection.values()));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void anAdapterOfAnyProjectionsAddsItsUpdate(Projection[] projections) {
        LoraAdapter adapter = adapter(3, 5, projections);
        tiny.load(adapter, 4);
        assertReadTogether(Reader.of(adapter, 4, SHORT, 0));
        assertReadTogether(Reader.of(adapter, 4, LONG, 0));
        double[][] base = tiny.reference.logits(Sequence.of(tiny.tokens(SHORT, 0)), Updates.NONE);
        double[][] adapted = tiny.reference.logits(Sequence.of(tiny.tokens(SHORT, 0)), ReferenceLora.of(adapter));
        assertThat(Distributions.distance(base[SHORT - 1], adapted[SHORT - 1])).isGreaterThan(0.05);
    }

    @Test
    void anAdapterGeneratesTheReferencesTokens() {
        LoraAdapter adapter = adapter(8, 6, Projection.values());
        tiny.load(adapter, 0);
        int[] prompt = tiny.tokens(SHORT, 1);
        int[] tokens = tiny.generate(prompt, 20, 0, tiny.merged(adapter), 0);
        assertThat(tokens)
                .isEqualTo(tiny.reference.greedy(prompt, 20, ReferenceLora.of(adapter)))
                .isNotEqualTo(tiny.generate(prompt, 20, 100));
    }

    @Test
    void adaptersOfDifferentRanksInAdjacentColumnsShareABatchWithTheBase() {
        List<Reader> readers = new ArrayList<>();
        int column = 0;
        for (int rank : new int[] {1, 2, 4, 8, 16, 3}) {
            LoraAdapter adapter = adapter(rank, rank, Projection.values());
            tiny.load(adapter, column);
            readers.add(Reader.of(adapter, column, SHORT + rank, 100 * rank));
            readers.add(Reader.base(SHORT - rank, 100 * rank + 50));
            column += rank;
        }
        assertReadTogether(readers.toArray(Reader[]::new));
    }

    @Test
    void longSpansAmongShortOnesTakeTheirOwnColumns() {
        LoraAdapter first = adapter(4, 1, Projection.values());
        LoraAdapter second = adapter(8, 2, Projection.Q, Projection.UP);
        LoraAdapter third = adapter(2, 3, Projection.V, Projection.DOWN);
        tiny.load(first, 10);
        tiny.load(second, 14);
        tiny.load(third, 40);
        assertReadTogether(
                Reader.of(second, 14, SHORT, 0),
                Reader.base(SHORT, 100),
                Reader.of(first, 10, LONG, 200),
                Reader.of(third, 40, SHORT, 300),
                Reader.base(LONG, 400),
                Reader.of(third, 40, LONG, 500),
                Reader.of(second, 14, 33, 600));
    }

    @Test
    void sequencesOfOneAdapterShareItsColumns() {
        LoraAdapter adapter = adapter(4, 7, Projection.values());
        tiny.load(adapter, 20);
        assertReadTogether(Reader.of(adapter, 20, SHORT, 0), Reader.of(adapter, 20, 9, 100));
        assertReadTogether(Reader.of(adapter, 20, SHORT, 0), Reader.base(9, 100), Reader.of(adapter, 20, 7, 200));
    }

    @Test
    void aSiteMayHaveALowerRankThanTheAdapter() {
        SortedMap<Site, Factors> factors = new TreeMap<>();
        factors.putAll(adapter(6, 1, Projection.Q, Projection.DOWN).sites());
        factors.putAll(adapter(2, 2, Projection.V, Projection.O).sites());
        LoraAdapter mixed = TinyAdapter.of(factors);
        LoraAdapter whole = adapter(6, 8, Projection.values());
        tiny.load(whole, 30);
        tiny.load(mixed, 30);
        assertReadTogether(Reader.of(mixed, 30, SHORT, 0), Reader.base(5, 100));
    }

    @Test
    void rewrittenColumnsKeepNothingOfTheEarlierAdapter() {
        LoraAdapter earlier = adapter(8, 1, Projection.values());
        LoraAdapter later =
                TinyAdapter.of(tiny.config, 4, 2, List.of(new Site(1, Projection.K), new Site(0, Projection.GATE)));
        LoraAdapter besides = adapter(4, 3, Projection.O);
        tiny.load(earlier, 0);
        assertReadTogether(Reader.of(earlier, 0, SHORT, 0));
        tiny.load(later, 0);
        tiny.load(besides, 4);
        assertReadTogether(Reader.of(later, 0, SHORT, 0), Reader.of(besides, 4, SHORT, 100), Reader.base(SHORT, 200));
        assertReadTogether(Reader.of(later, 0, LONG, 0), Reader.of(besides, 4, LONG, 100), Reader.base(LONG, 200));
    }

    @Test
    void memoryThatALaterAdapterBringsHoldsNothingForAnEarlierOne() throws Exception {
        Path own = Files.createDirectory(directory.resolve("later"));
        try (TinyRunner fresh = TinyRunner.of(TinyCheckpoint.llama(), own)) {
            fresh.leaveGarbage();
            LoraAdapter early = adapter(4, 31, Projection.Q);
            fresh.load(early, 0);
            int[] tokens = fresh.tokens(SHORT, 7);
            Span span = TinyRunner.with(fresh.scored(tokens, 0, SHORT, 0), fresh.merged(early), 0);
            StepResult before = fresh.run(span);
            fresh.leaveGarbage();
            fresh.load(adapter(4, 32, Projection.values()), 4);
            assertThat(fresh.run(span)).usingRecursiveComparison().isEqualTo(before);
        }
    }

    @Test
    void anAdapterMayTakeTheLastColumnOfTheBank() {
        LoraAdapter adapter = adapter(5, 4, Projection.values());
        tiny.load(adapter, TinyRunner.COLUMNS - 5);
        assertReadTogether(Reader.of(adapter, TinyRunner.COLUMNS - 5, SHORT, 0), Reader.base(8, 100));
    }

    /** The usual step of many users: one token of each slot, in the slots' order or in another. */
    @Test
    void oneTokenOfEachSlotReadsAsAlone() {
        List<Reader> readers = new ArrayList<>();
        for (int slot = 0; slot < 5; slot++) {
            LoraAdapter adapter = adapter(3, slot, Projection.values());
            tiny.load(adapter, 3 * slot);
            readers.add(Reader.of(adapter, 3 * slot, SHORT, 100 * slot));
        }
        assertReadTogether(readers.toArray(Reader[]::new));
        assertReadTogether(readers.reversed().toArray(Reader[]::new));
        assertReadTogether(readers.get(1), readers.get(3));
    }

    /** Rounded alike, whichever way a segment is multiplied: else a user's text would depend on who else is served. */
    @Test
    void inBfloat16OneTokenOfEachSlotReadsExactlyAsAlone() {
        try (TinyRunner bf16 = TinyRunner.inBfloat16(TinyCheckpoint.llama(), directory.resolve("bf16"))) {
            List<Span> prompts = new ArrayList<>();
            List<Span> lasts = new ArrayList<>();
            for (int slot = 0; slot < 5; slot++) {
                LoraAdapter adapter = TinyAdapter.of(bf16.config, 4, slot, Projection.values());
                bf16.load(adapter, 4 * slot);
                int[] tokens = bf16.tokens(SHORT, slot);
                Adaptation merged = bf16.merged(adapter);
                prompts.add(TinyRunner.with(bf16.scored(tokens, 0, SHORT - 1, 100 * slot), merged, 4 * slot));
                lasts.add(TinyRunner.with(bf16.scored(tokens, SHORT - 1, 1, 100 * slot), merged, 4 * slot));
            }
            prompts.forEach(bf16::run);
            List<StepResult.Row> together = bf16.run(lasts.toArray(Span[]::new)).rows();
            for (int slot = 0; slot < 5; slot++) {
                StepResult.Row alone = bf16.run(lasts.get(slot)).rows().getFirst();
                assertThat(together.get(slot).scores())
                        .usingRecursiveComparison()
                        .isEqualTo(alone.scores());
            }
        }
    }

    @Test
    void anyMixOfSlotsLengthsAndRanksReadsAsEachAlone() {
        int[] columns = {0, 4, 8, 16, 20, 40, 44, 46, 50};
        int[] ranks = {4, 4, 4, 4, 4, 4, 2, 4, 7};
        List<LoraAdapter> adapters = new ArrayList<>();
        for (int i = 0; i < ranks.length; i++) {
            adapters.add(adapter(ranks[i], 20 + i, i % 2 == 0 ? Projection.values() : new Projection[] {Projection.V}));
            tiny.load(adapters.get(i), columns[i]);
        }
        Random random = new Random(5);
        Set<Long> kinds = new HashSet<>();
        for (int step = 0; step < 24; step++) {
            int slots = step % 3 == 0 ? ranks.length : step % 3 == 1 ? 6 : 1;
            List<Reader> readers = new ArrayList<>();
            for (int i = 0, count = 2 + random.nextInt(8); i < count; i++) {
                int length = 1 + random.nextInt(random.nextInt(5) == 0 ? 40 : 4);
                int slot = random.nextInt(-1, slots);
                readers.add(
                        slot < 0
                                ? Reader.base(length, 100 * i)
                                : Reader.of(adapters.get(slot), columns[slot], length, 100 * i));
            }
            Span[] spans = readers.stream()
                    .map(reader -> reader.span(0, reader.tokens.length))
                    .toArray(Span[]::new);
            long[] segments = new Segments(List.of(spans), false).table();
            for (int at = 4; at < segments.length; at += 6) {
                kinds.add(segments[at]);
            }
            StepResult result = tiny.run(spans);
            for (int i = 0; i < readers.size(); i++) {
                readers.get(i).assertRight(result.rows().get(i), 0);
            }
        }
        assertThat(kinds).containsExactlyInAnyOrder(0L, 1L);
    }
}
