package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The median of the latest nine. */
final class RecentMedianTest {
    private final RecentMedian median = new RecentMedian(9);

    @Test
    void itIsTheMedianOfWhatThereIs() {
        assertThat(median.count()).isZero();
        median.add(5);
        assertThat(median.value()).isEqualTo(5);
        median.add(1);
        assertThat(median.value()).isEqualTo(1);
        median.add(3);
        assertThat(median.value()).isEqualTo(3);
        assertThat(median.count()).isEqualTo(3);
    }

    @Test
    void whatIsOlderThanNineSamplesIsForgotten() {
        for (int i = 0; i < 20; i++) {
            median.add(i);
        }
        assertThat(median.count()).isEqualTo(9);
        assertThat(median.value()).isEqualTo(15);
    }
}
