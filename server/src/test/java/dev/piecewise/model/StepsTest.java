package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.Span;
import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a sequence is cut into spans and whatever shares its steps, it reads as it would alone and at once; with full and with sliding attention. */
@Timeout(60)
final class StepsTest {
    private static final int WINDOW = 16;
    /** Angles of positions in the thousands are a little off in float32. */
    private static final double FAR = 2e-3;

    @TempDir
    static Path directory;

    static TinyRunner full;
    static TinyRunner sliding;

    enum Attention {
        FULL,
        SLIDING;

        TinyRunner runner() {
            return this == FULL ? full : sliding;
        }
    }

    @BeforeAll
    static void load() {
        full = TinyRunner.of(TinyCheckpoint.llama(), directory.resolve("full"));
        sliding = TinyRunner.of(TinyCheckpoint.mistral(WINDOW), directory.resolve("sliding"));
    }

    @AfterAll
    static void close() {
        full.close();
        sliding.close();
    }

    /** A sequence being read, and what was seen of it. */
    private static final class Reading {
        final int[] tokens;
        final int extent;
        final List<TokenLogprobs> seen = new ArrayList<>();

        Reading(int[] tokens, int extent) {
            this.tokens = tokens;
            this.extent = extent;
        }

        int left() {
            return tokens.length - seen.size();
        }

        Span next(TinyRunner tiny, int length) {
            return tiny.scored(tokens, seen.size(), Math.min(length, left()), extent);
        }
    }

    private static void step(TinyRunner tiny, List<Reading> readings, List<Span> spans) {
        StepResult result = tiny.run(spans.toArray(Span[]::new));
        for (int i = 0; i < spans.size(); i++) {
            readings.get(i).seen.addAll(result.rows().get(i).scores());
        }
    }

    private static void assertRight(TinyRunner tiny, Reading reading) {
        Distributions.assertSame(reading.seen, expected(tiny, reading));
    }

    private static double[][] expected(TinyRunner tiny, Reading reading) {
        return tiny.reference.logits(Sequence.of(reading.tokens), Updates.NONE);
    }

    private static List<Reading> readings(TinyRunner tiny, int... lengths) {
        List<Reading> readings = new ArrayList<>();
        int extent = 3;
        for (int length : lengths) {
            readings.add(new Reading(tiny.tokens(length, extent), extent));
            extent += length;
        }
        assertThat(extent).isLessThanOrEqualTo(TinyRunner.PLACES);
        return readings;
    }

    @ParameterizedTest
    @EnumSource
    void aPromptMayBeReadInChunksOfAnySize(Attention attention) {
        TinyRunner tiny = attention.runner();
        int[] tokens = tiny.tokens(37, 1);
        double[][] expected = tiny.reference.logits(Sequence.of(tokens), Updates.NONE);
        for (int size = 1; size <= tokens.length; size++) {
            Reading reading = new Reading(tokens, 11 * size);
            while (reading.left() > 0) {
                step(tiny, List.of(reading), List.of(reading.next(tiny, size)));
            }
            Distributions.assertSame(reading.seen, expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manySequencesInOneRaggedBatchReadAsEachAlone(Attention attention) {
        TinyRunner tiny = attention.runner();
        Random random = new Random(4);
        List<Reading> readings = readings(tiny, 1, 2, 50, 31, 17, 40, 9, 64, 25, 3);
        List<Reading> unfinished = new ArrayList<>(readings);
        while (!unfinished.isEmpty()) {
            Collections.shuffle(unfinished, random);
            List<Reading> chosen = unfinished.subList(0, 1 + random.nextInt(unfinished.size()));
            List<Span> spans = chosen.stream()
                    .map(reading -> reading.next(tiny, random.nextBoolean() ? 1 : 1 + random.nextInt(14)))
                    .toList();
            step(tiny, chosen, spans);
            unfinished.removeIf(reading -> reading.left() == 0);
        }
        readings.forEach(reading -> assertRight(tiny, reading));
    }

    @ParameterizedTest
    @EnumSource
    void decodingSequencesOfAnyLengthReadAsEachAlone(Attention attention) {
        TinyRunner tiny = attention.runner();
        assertDecodesTogether(tiny, new long[] {0, 6, 15}, 5, 1, 14, 2, 9, 13);
        assertDecodesTogether(tiny, new long[] {0, 6, 201}, 5, 14, 30, 200, 18, 120);
        assertDecodesTogether(tiny, new long[] {0, 2, 41, 3, 2, 36}, 30, 40, 4_300, 35, 25);
        assertDecodesTogether(tiny, new long[0], 4_300, 30);
    }

    /** Sequences of these lengths, one token more in each of two steps; in the first these groups are attended to side by side. */
    private static void assertDecodesTogether(TinyRunner tiny, long[] groups, int... lengths) {
        int[] longer = IntStream.of(lengths).map(length -> length + 2).toArray();
        List<Reading> readings = readings(tiny, longer);
        for (Reading reading : readings) {
            step(tiny, List.of(reading), List.of(reading.next(tiny, reading.tokens.length - 2)));
        }
        for (int i = 0; i < 2; i++) {
            int more = i;
            List<Span> spans =
                    readings.stream().map(reading -> reading.next(tiny, 1)).toList();
            long[] expected = IntStream.range(0, groups.length)
                    .mapToLong(at -> groups[at] + (at % 3 == 2 ? more : 0))
                    .toArray();
            assertThat(new Together(spans, tiny.width()).table()).containsExactly(expected);
            step(tiny, readings, spans);
        }
        for (Reading reading : readings) {
            Distributions.assertSame(reading.seen, expected(tiny, reading), 0, FAR);
        }
    }

    @ParameterizedTest
    @EnumSource
    void decodingAndReadingPromptsShareAStep(Attention attention) {
        TinyRunner tiny = attention.runner();
        List<Reading> readings = readings(tiny, 30, 12, 40, 33);
        for (Reading reading : readings.subList(0, 3)) {
            step(tiny, List.of(reading), List.of(reading.next(tiny, reading.tokens.length - 1)));
        }
        List<Span> spans =
                readings.stream().map(reading -> reading.next(tiny, 33)).toList();
        assertThat(new Together(spans, tiny.width()).table()).containsExactly(0, 3, 40);
        step(tiny, readings, spans);
        readings.forEach(reading -> assertRight(tiny, reading));
    }

    @ParameterizedTest
    @EnumSource
    void aStepThatOnlyReadsSaysNothingAndTheNextOneGoesOn(Attention attention) {
        TinyRunner tiny = attention.runner();
        int[] tokens = tiny.tokens(20, 9);
        Span read = new Span(tokens, 0, 12, 100, 20, TinyRunner.BASE, -1, null, 0, 0);
        assertThat(tiny.run(read).rows()).hasSize(1).allSatisfy(row -> {
            assertThat(row.token()).isEqualTo(-1);
            assertThat(row.scores()).isEmpty();
        });
        List<TokenLogprobs> rest =
                tiny.run(tiny.scored(tokens, 12, 8, 100)).rows().getFirst().scores();
        double[][] logits = tiny.reference.logits(Sequence.of(tokens), Updates.NONE);
        Distributions.assertSame(rest, Arrays.copyOfRange(logits, 12, 20));
    }

    @ParameterizedTest
    @EnumSource
    void aSequenceMayEndAtTheLastPlaceOfTheArena(Attention attention) {
        TinyRunner tiny = attention.runner();
        Reading reading = new Reading(tiny.tokens(20, 8), TinyRunner.PLACES - 20);
        step(tiny, List.of(reading), List.of(reading.next(tiny, 19)));
        step(tiny, List.of(reading), List.of(reading.next(tiny, 1)));
        assertRight(tiny, reading);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsLeftInPlacesOfAnEarlierSequenceIsNotSeen(Attention attention) {
        TinyRunner tiny = attention.runner();
        Reading earlier = new Reading(tiny.tokens(60, 1), 0);
        step(tiny, List.of(earlier), List.of(earlier.next(tiny, 60)));
        Reading later = new Reading(tiny.tokens(40, 2), 10);
        Reading neighbour = new Reading(tiny.tokens(8, 3), 50);
        step(tiny, List.of(later, neighbour), List.of(later.next(tiny, 30), neighbour.next(tiny, 5)));
        for (int i = 0; i < 3; i++) {
            step(tiny, List.of(later, neighbour), List.of(later.next(tiny, 1), neighbour.next(tiny, 1)));
        }
        step(tiny, List.of(later), List.of(later.next(tiny, 7)));
        assertRight(tiny, later);
        assertRight(tiny, neighbour);
    }

    @ParameterizedTest
    @EnumSource
    void aSequenceGoesOnWhereItsPlacesWereCopiedTo(Attention attention) {
        TinyRunner tiny = attention.runner();
        for (int to : new int[] {1000, 95, 100, 105, 88, 112}) {
            Reading reading = new Reading(tiny.tokens(30, to), 100);
            step(tiny, List.of(reading), List.of(reading.next(tiny, 20)));
            tiny.runner().copyPlaces(100, to, 20);
            Reading moved = new Reading(reading.tokens, to);
            moved.seen.addAll(reading.seen);
            step(tiny, List.of(moved), List.of(moved.next(tiny, 6)));
            step(tiny, List.of(moved), List.of(moved.next(tiny, 4)));
            assertRight(tiny, moved);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCopiedPrefixServesTwoSequences(Attention attention) {
        TinyRunner tiny = attention.runner();
        Reading first = new Reading(tiny.tokens(40, 5), 0);
        int[] other = first.tokens.clone();
        Arrays.setAll(other, i -> i < 25 ? other[i] : (other[i] + 7) % tiny.config.vocabulary());
        Reading second = new Reading(other, 300);
        step(tiny, List.of(first), List.of(first.next(tiny, 25)));
        tiny.runner().copyPlaces(0, 300, 25);
        second.seen.addAll(first.seen);
        step(tiny, List.of(first, second), List.of(first.next(tiny, 15), second.next(tiny, 15)));
        assertRight(tiny, first);
        assertRight(tiny, second);
    }
}
