package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BootstrapTest {
    @Test
    void theIntervalOfAMeanIsThatOfItsStandardError() {
        List<List<Integer>> users =
                IntStream.range(0, 400).mapToObj(i -> List.of(i % 2)).toList();
        double[] means = new Bootstrap(400, 4000, 1).replicates(users, BootstrapTest::mean);
        Interval interval = Interval.of(means);
        double standardError = 0.5 / Math.sqrt(400);

        assertThat(interval.low()).isCloseTo(0.5 - 1.96 * standardError, within(0.004));
        assertThat(interval.high()).isCloseTo(0.5 + 1.96 * standardError, within(0.004));
    }

    @Test
    void aUsersAnswersAreDrawnTogether() {
        List<List<Integer>> users = List.of(Collections.nCopies(3, 0), Collections.nCopies(3, 1));

        assertThat(new Bootstrap(2, 50, 7).replicates(users, BootstrapTest::mean))
                .containsOnly(0, 0.5, 1);
    }

    @Test
    void theSameSeedDrawsTheSameUsersForEveryMethod() {
        List<List<Integer>> users = IntStream.range(0, 9).mapToObj(List::of).toList();
        double[] first = new Bootstrap(9, 20, 3).replicates(users, BootstrapTest::mean);

        assertThat(new Bootstrap(9, 20, 3).replicates(users, BootstrapTest::mean))
                .isEqualTo(first);
        assertThat(new Bootstrap(9, 20, 4).replicates(users, BootstrapTest::mean))
                .isNotEqualTo(first);
    }

    @Test
    void anIntervalInterpolatesAndLeavesOutWhatIsNoNumber() {
        double[] values = IntStream.rangeClosed(0, 100).asDoubleStream().toArray();

        assertThat(Interval.of(values)).isEqualTo(new Interval(2.5, 97.5));
        assertThat(Interval.of(new double[] {Double.NaN, 4})).isEqualTo(new Interval(4, 4));
        assertThat(Interval.of(new double[] {Double.NaN}).low()).isNaN();
    }

    private static double mean(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).average().orElseThrow();
    }
}
