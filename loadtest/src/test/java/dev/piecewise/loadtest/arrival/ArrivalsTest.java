package dev.piecewise.loadtest.arrival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {
    private static final int MANY = 50_000;

    @Test
    void theSameSeedGivesTheSameGapsAndAnotherSeedOthers() {
        assertThat(gaps(new Arrivals.Poisson(4), 9, 3)).containsExactly(gaps(new Arrivals.Poisson(4), 9, 3));
        assertThat(gaps(new Arrivals.Poisson(4), 9, 3)).isNotEqualTo(gaps(new Arrivals.Poisson(4), 10, 3));
        assertThat(gaps(new Arrivals.Gamma(4, 4), 9, 3)).containsExactly(gaps(new Arrivals.Gamma(4, 4), 9, 3));
    }

    @Test
    void aSeedsFirstGapsStayWhatTheyAre() {
        assertThat(gaps(new Arrivals.Poisson(10), 1, 3)).containsExactly(POISSON, within(1e-12));
        assertThat(gaps(new Arrivals.Gamma(10, 4), 1, 3)).containsExactly(GAMMA, within(1e-12));
    }

    @Test
    void poissonGapsHaveTheMeanTheSpreadAndTheTailOfAnExponentialDistribution() {
        double[] gaps = gaps(new Arrivals.Poisson(5), 3, MANY);
        assertThat(mean(gaps)).isCloseTo(0.2, within(0.004));
        assertThat(variation(gaps)).isCloseTo(1, within(0.02));
        assertThat(share(gaps, 0.2)).isCloseTo(1 - Math.exp(-1), within(0.01));
        assertThat(share(gaps, 0.6)).isCloseTo(1 - Math.exp(-3), within(0.01));
    }

    @Test
    void gammaGapsComeInBurstsAtTheSameMeanRate() {
        double[] gaps = gaps(new Arrivals.Gamma(5, 4), 3, 4 * MANY);
        assertThat(mean(gaps)).isCloseTo(0.2, within(0.01));
        assertThat(variation(gaps)).isCloseTo(4, within(0.2));
        // Most gaps of shape 1/16 are shorter than a hundredth of the mean.
        assertThat(share(gaps, 0.002)).isCloseTo(0.65, within(0.03));
    }

    @Test
    void aGammaOfVariationOneIsAPoissonProcess() {
        double[] gaps = gaps(new Arrivals.Gamma(5, 1), 3, MANY);
        assertThat(variation(gaps)).isCloseTo(1, within(0.02));
        assertThat(share(gaps, 0.2)).isCloseTo(1 - Math.exp(-1), within(0.01));
    }

    @Test
    void constantGapsAreAllTheSame() {
        assertThat(gaps(new Arrivals.Constant(8), 3, 3)).containsExactly(0.125, 0.125, 0.125);
    }

    @Test
    void refusesARateThatIsNone() {
        assertThatThrownBy(() -> new Arrivals.Poisson(0)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> new Arrivals.Gamma(1, Double.NaN)).hasMessageContaining("above 0");
    }

    private static double[] gaps(Arrivals arrivals, long seed, int count) {
        DoubleSupplier gaps = arrivals.gaps(seed);
        return DoubleStream.generate(gaps).limit(count).toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double variation(double[] values) {
        double mean = mean(values);
        double variance = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        return Math.sqrt(variance) / mean;
    }

    private static double share(double[] values, double below) {
        return (double) Arrays.stream(values).filter(value -> value < below).count() / values.length;
    }

    private static final double[] POISSON = {0.08360055347703592, 0.13695621575095035, 0.3540554404772655};
    private static final double[] GAMMA = {7.433142497806735E-26, 8.988840150613647E-10, 0.00363532434101489};
}
