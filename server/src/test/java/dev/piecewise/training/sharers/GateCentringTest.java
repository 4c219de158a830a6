package dev.piecewise.training.sharers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class GateCentringTest {
    private static final Site SITE = new Site(0, Projection.Q);

    private static SortedMap<Site, float[]> at(float... values) {
        return new TreeMap<>(Map.of(SITE, values));
    }

    @Test
    void whatUsersHaveInCommonIsTakenOutOfAGate() {
        GateCentring centring = GateCentring.of(List.of(at(4, 1, 0), at(4, -1, 0)));
        assertThat(centring.centred(at(3, 0.5f, 2)).get(SITE)).containsExactly(new float[] {0, 0.5f, 2}, within(1e-6f));
        assertThat(centring.centred(at(0, 1, 0)).get(SITE)).containsExactly(0, 1, 0);
    }

    @Test
    void aMeanOfNothingChangesNothing() {
        GateCentring centring = GateCentring.of(List.of(at(1, 0, 0), at(-1, 0, 0)));
        assertThat(centring.centred(at(3, 1, 2)).get(SITE)).containsExactly(3, 1, 2);
    }
}
