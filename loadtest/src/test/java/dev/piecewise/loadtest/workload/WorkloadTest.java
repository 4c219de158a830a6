package dev.piecewise.loadtest.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class WorkloadTest {
    private static final Workload.Shape SHAPE =
            new Workload.Shape(10, Popularity.DISTINCT, 1.5, new Lengths.Uniform(8, 512), new Lengths.Fixed(16));

    @Test
    void aRequestFollowsFromTheSeedAndItsNumberAlone() {
        Workload one = new Workload(5, SHAPE, Wording.GUESSED);
        Workload other = new Workload(5, SHAPE, Wording.GUESSED);
        other.ask(0);
        assertThat(other.ask(3)).isEqualTo(one.ask(3));
        assertThat(new Workload(6, SHAPE, Wording.GUESSED).ask(3)).isNotEqualTo(one.ask(3));
    }

    @Test
    void distinctUsersAskOneAfterAnother() {
        assertThat(users(SHAPE, 12)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1);
        assertThat(users(SHAPE.with(10, Popularity.IDENTICAL), 3)).containsExactly(0, 0, 0);
    }

    @Test
    void nobodyAsksTheBase() {
        assertThat(new Workload(1, SHAPE.with(0, Popularity.DISTINCT), Wording.GUESSED)
                        .ask(4)
                        .user())
                .isEqualTo(OptionalInt.empty());
    }

    @Test
    void zipfUsersAskInProportionToTheirRank() {
        Map<Integer, Long> counts = count(users(SHAPE.with(100, Popularity.ZIPF), 60_000));
        double all = IntStream.rangeClosed(1, 100)
                .mapToDouble(rank -> Math.pow(rank, -1.5))
                .sum();
        assertThat(counts.getOrDefault(0, 0L) / 60_000.0).isCloseTo(1 / all, within(0.01));
        assertThat(counts.getOrDefault(3, 0L) / 60_000.0).isCloseTo(1 / 8.0 / all, within(0.005));
        assertThat(counts.keySet()).allMatch(user -> user >= 0 && user < 100);
    }

    @Test
    void uniformUsersAskAboutAsOften() {
        Map<Integer, Long> counts = count(users(SHAPE.with(10, Popularity.UNIFORM), 20_000));
        assertThat(counts.values()).hasSize(10).allMatch(asked -> Math.abs(asked - 2000) < 200);
    }

    @Test
    void lengthsAreDrawnFromTheirDistributions() {
        SplittableRandom random = new SplittableRandom(2);
        int[] uniform = draw(new Lengths.Uniform(8, 512), random);
        assertThat(IntStream.of(uniform).min()).hasValue(8);
        assertThat(IntStream.of(uniform).max()).hasValue(512);
        assertThat(IntStream.of(uniform).average().orElseThrow()).isCloseTo(260, within(3.0));

        int[] chat = IntStream.of(draw(ChatLengths.PROMPTS, random)).sorted().toArray();
        assertThat(chat[chat.length / 2]).isBetween(78, 82);
        assertThat(chat[0]).isEqualTo(4);
        assertThat(chat[chat.length - 1]).isEqualTo(1024);
        // One sigma above the median of a lognormal lie 84 of 100.
        assertThat((double) chat[(int) (chat.length * 0.8413)]).isCloseTo(80 * Math.exp(1.1), within(8.0));
    }

    @Test
    void lengthsAreCutToWhatAModelTakes() {
        assertThat(SHAPE.within(0)).isSameAs(SHAPE);
        assertThat(SHAPE.within(1000)).isSameAs(SHAPE);
        Workload.Shape cut = new Workload.Shape(
                        1, Popularity.UNIFORM, 1, new Lengths.Uniform(8, 512), ChatLengths.ANSWERS)
                .within(512);
        assertThat(cut.prompts()).isEqualTo(new Lengths.Uniform(8, 222));
        assertThat(cut.answers()).isEqualTo(new Lengths.Lognormal(160, 0.8, 4, 256));
    }

    @Test
    void lengthsAreReadAsTheyAreWritten() {
        for (String text : List.of("fixed:7", "uniform:8-512", "lognormal:80.0,1.1,1024")) {
            assertThat(Lengths.parse(text, ChatLengths.ANSWERS).text()).isEqualTo(text);
        }
        assertThat(Lengths.parse("7", ChatLengths.ANSWERS)).isEqualTo(new Lengths.Fixed(7));
        assertThat(Lengths.parse("chat", ChatLengths.ANSWERS)).isEqualTo(ChatLengths.ANSWERS);
        for (String text : List.of("", "0", "uniform:9-8", "uniform:8", "lognormal:1", "fixed:99999999", "gauss:1")) {
            assertThatThrownBy(() -> Lengths.parse(text, ChatLengths.ANSWERS))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void promptsHaveAsManyWordsAsComeToTheirTokens() {
        Wording wording = Wording.measured(8, 14, 72, 110);
        assertThat(wording).isEqualTo(new Wording(1.5, 2));
        assertThat(wording.words(152)).isEqualTo(100);
        assertThat(wording.words(1)).isEqualTo(1);
        assertThat(Wording.measured(8, 14, 72, 14)).isEqualTo(Wording.GUESSED);
        assertThat(Wording.text(100, new SplittableRandom(1)).split(" ", -1)).hasSize(100);
    }

    private static int[] draw(Lengths lengths, SplittableRandom random) {
        return IntStream.range(0, 40_000).map(i -> lengths.draw(random)).toArray();
    }

    private static int[] users(Workload.Shape shape, int requests) {
        Workload workload = new Workload(1, shape, Wording.GUESSED);
        return LongStream.range(0, requests)
                .mapToInt(i -> workload.ask(i).user().orElseThrow())
                .toArray();
    }

    private static Map<Integer, Long> count(int[] users) {
        Map<Integer, Long> counts = new HashMap<>();
        for (int user : users) {
            counts.merge(user, 1L, Long::sum);
        }
        return counts;
    }
}
