package dev.piecewise.loadtest.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class RecorderTest {
    /** A histogram of three digits is exact to a thousandth. */
    private static final Offset<Double> EXACT = within(0.05);

    @Test
    void countsLatencyFromWhenARequestWasToBeSent() {
        Answer late = answer(0, 30, new long[] {100, 110, 140}, 150, 3);
        assertThat(late.toFirst()).hasValue(millis(100));
        assertThat(late.endToEnd()).isEqualTo(millis(150));
        assertThat(late.perToken()).hasValue(25e6);
        assertThat(late.longestGap()).isEqualTo(millis(30));
    }

    @Test
    void sumsUpHandMadeAnswers() {
        Recorder recorder = new Recorder(Bounds.parse(List.of()), 0);
        recorder.add(answer(0, 0, new long[] {10, 20, 30}, 40, 3));
        recorder.add(answer(500, 500, new long[] {520, 560}, 580, 5));
        recorder.add(answer(1000, 1000, new long[] {1090}, 2000, 1));
        Summary all = recorder.summary();

        assertThat(all.seconds()).isCloseTo(2, within(1e-9));
        assertThat(all.requests()).isEqualTo(3);
        assertThat(all.answerTokens()).isEqualTo(9);
        assertThat(all.promptTokens()).isEqualTo(21);
        assertThat(all.answerTokensPerSecond()).isCloseTo(4.5, within(1e-9));
        assertThat(all.allTokensPerSecond()).isCloseTo(15, within(1e-9));
        assertThat(all.requestsPerSecond()).isCloseTo(1.5, within(1e-9));
        assertThat(all.ttft().p50()).isCloseTo(20, EXACT);
        assertThat(all.ttft().p99()).isCloseTo(90, EXACT);
        assertThat(all.ttft().mean()).isCloseTo(40, EXACT);
        assertThat(all.itl().count()).isEqualTo(3);
        assertThat(all.itl().p50()).isCloseTo(10, EXACT);
        assertThat(all.itl().max()).isCloseTo(40, EXACT);
        // (40 - 10) / 2 and (80 - 20) / 4; an answer of one token has none.
        assertThat(all.tpot().count()).isEqualTo(2);
        assertThat(all.tpot().mean()).isCloseTo(15, EXACT);
        assertThat(all.e2e().max()).isCloseTo(1000, within(1.0));
        assertThat(all.series().chunksPerSecond()).containsExactly(5L, 1L, 0L);
        assertThat(all.series().openRequests()).containsExactly(2L, 1L, 1L);
    }

    @Test
    void percentilesAreThoseOfTheDistribution() {
        Recorder recorder = new Recorder(Bounds.parse(List.of()), 0);
        LongStream.rangeClosed(1, 1000).forEach(i -> recorder.add(answer(0, 0, new long[] {i}, 1000 + i, 1)));
        Latency ttft = recorder.summary().ttft();
        assertThat(ttft.p50()).isCloseTo(500, within(0.5));
        assertThat(ttft.p90()).isCloseTo(900, within(0.9));
        assertThat(ttft.p95()).isCloseTo(950, within(1.0));
        assertThat(ttft.p99()).isCloseTo(990, within(1.0));
    }

    @Test
    void countsFailuresByKindAndKeepsTheFirstOnesWords() {
        Recorder recorder = new Recorder(Bounds.parse(List.of()), 0);
        recorder.add(failed(Failure.http(429, "the queue\n  is full")));
        recorder.add(failed(Failure.http(429, "again")));
        recorder.add(failed(Failure.of(Failure.Kind.TRUNCATED, "x".repeat(1000))));
        Summary all = recorder.summary();
        assertThat(all.failures()).containsOnlyKeys("http 429", "half a stream");
        assertThat(all.failures().get("http 429")).isEqualTo(new Summary.Failures(2, "the queue is full"));
        assertThat(all.failures())
                .hasEntrySatisfying(
                        "half a stream", of -> assertThat(of.first()).hasSizeLessThan(300));
        assertThat(all.failed()).isEqualTo(3);
        assertThat(all.answerTokens()).isZero();
        assertThat(all.e2e().count()).isZero();
    }

    @Test
    void saysWhereChunksWereCountedAndWhereNothingCame() {
        Recorder recorder = new Recorder(Bounds.parse(List.of("ttft:1000")), 0);
        recorder.add(new Answer(
                OptionalInt.of(3),
                0,
                0,
                new long[] {millis(5), millis(6)},
                millis(7),
                Optional.empty(),
                "assembled",
                Optional.empty()));
        recorder.add(new Answer(
                OptionalInt.of(3),
                0,
                0,
                new long[0],
                millis(7),
                Optional.of(new Tokens(4, 9)),
                "base",
                Optional.empty()));
        Summary all = recorder.summary();
        assertThat(all.countedByChunks()).isEqualTo(1);
        assertThat(all.empty()).isEqualTo(1);
        assertThat(all.answerTokens()).isEqualTo(11);
        assertThat(all.goodRequests()).as("nothing came, so it is not good").isEqualTo(1);
        assertThat(all.distinctUsers()).isEqualTo(1);
        assertThat(all.modes()).containsEntry("assembled", 1L).containsEntry("base", 1L);
    }

    @Test
    void goodputIsTheRateOfAnswersThatKeepEveryBound() {
        Recorder recorder = new Recorder(Bounds.parse(List.of("ttft:50", "tpot:20", "itl:25", "e2e:500")), 0);
        recorder.add(answer(0, 0, new long[] {50, 70}, 70, 2));
        recorder.add(answer(0, 0, new long[] {51, 71}, 71, 2));
        recorder.add(answer(0, 0, new long[] {10, 30}, 31, 2));
        recorder.add(answer(0, 0, new long[] {10, 36, 37}, 38, 3));
        recorder.add(answer(0, 0, new long[] {10}, 501, 1));
        recorder.add(failed(Failure.of(Failure.Kind.TIMEOUT, "")));
        recorder.add(answer(1990, 1990, new long[] {2000}, 2000, 1));
        Summary all = recorder.summary();
        assertThat(all.goodRequests()).isEqualTo(2);
        assertThat(all.goodput()).isCloseTo(1, within(1e-9));
    }

    @Test
    void boundsAreReadAsTheyAreWritten() {
        assertThat(Bounds.parse(List.of("tpot:50", "TTFT:500")).text()).isEqualTo("ttft:500 tpot:50");
        assertThat(Bounds.parse(List.of("itl:0.5")).text()).isEqualTo("itl:0.5");
        for (String text : List.of("ttft", "ttft:", "latency:5", ":", "ttft:x")) {
            assertThatThrownBy(() -> Bounds.parse(List.of(text))).hasMessageContaining(text);
        }
    }

    @Test
    void theFirstEndOfAnAnswerHolds() {
        Timeline timeline = new Timeline(OptionalInt.empty(), 0, 0);
        timeline.chunk(5);
        Answer whole = timeline.end(6);
        assertThat(timeline.fail(9, Failure.of(Failure.Kind.TIMEOUT, "late"))).isSameAs(whole);
        assertThat(timeline.answer().succeeded()).isTrue();
    }

    private static Answer answer(long intended, long sent, long[] chunks, long end, int tokens) {
        return new Answer(
                OptionalInt.of(0),
                millis(intended),
                millis(sent),
                LongStream.of(chunks).map(RecorderTest::millis).toArray(),
                millis(end),
                Optional.of(new Tokens(7, tokens)),
                "",
                Optional.empty());
    }

    private static Answer failed(Failure failure) {
        return new Answer(
                OptionalInt.empty(), 0, 0, new long[0], millis(3), Optional.empty(), "", Optional.of(failure));
    }

    private static long millis(long value) {
        return TimeUnit.MILLISECONDS.toNanos(value);
    }
}
