package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against an arena drawn as an array, one element for each place. */
final class ExtentsTest {
    private static final int PLACES = 60;

    private final Extents extents = new Extents(PLACES);

    @Test
    void theSmallestFreeRangeThatIsLargeEnoughIsTaken() {
        add(10, 10, 0);
        add(25, 10, 0);
        add(50, 5, 0);

        assertThat(extents.find(5)).isEqualTo(20);
        assertThat(extents.find(6)).isEqualTo(0);
        assertThat(extents.find(11)).isEqualTo(35);
        assertThat(extents.find(16)).isEqualTo(-1);
        assertThat(extents.free()).isEqualTo(35);
    }

    @Test
    void whatIsTakenIsNotGivenAgain() {
        Extent extent = add(10, 10, 0);
        assertThatIllegalStateException().isThrownBy(() -> add(15, 10, 0));
        assertThatIllegalStateException().isThrownBy(() -> add(5, 6, 0));
        add(22, 5, 0);
        assertThatIllegalStateException().isThrownBy(() -> extents.resize(extent, 13));
        extents.remove(extent);
        assertThatIllegalStateException().isThrownBy(() -> extents.remove(extent));
    }

    @Test
    void theStalestNeighboursAreEvictedTogether() {
        cached(0, 10, 9);
        cached(10, 10, 1);
        add(20, 10, 0);
        cached(30, 10, 2);
        cached(42, 10, 3);
        cached(52, 8, 4);

        assertThat(extents.stalest(10)).isEqualTo(new Extents.Window(1, 1));
        assertThat(extents.stalest(12)).isEqualTo(new Extents.Window(3, 3));
        assertThat(extents.stalest(13)).isEqualTo(new Extents.Window(3, 4));
        assertThat(extents.stalest(24)).isEqualTo(new Extents.Window(3, 5));
        assertThat(extents.stalest(31)).isNull();
    }

    @Test
    void theFewestTokensAreMoved() {
        add(5, 5, 5);
        add(15, 5, 1);
        add(25, 5, 2);
        add(35, 25, 25);

        assertThat(extents.cheapestMove(10, null)).isEqualTo(new Extents.Window(1, 1));
        assertThat(extents.cheapestMove(15, null)).isEqualTo(new Extents.Window(1, 2));
        assertThat(extents.cheapestMove(20, null)).isEqualTo(new Extents.Window(0, 2));
        assertThat(extents.cheapestMove(21, null)).isNull();
        assertThat(extents.cheapestMove(10, extents.taken().getFirst())).isEqualTo(new Extents.Window(0, 0));
        assertThat(extents.cheapestMove(11, extents.taken().getFirst())).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theBooksAgreeWithTheArena(long seed) {
        Random random = new Random(seed);
        boolean[] arena = new boolean[PLACES];
        List<Extent> all = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            int length = 1 + random.nextInt(15);
            int start = extents.find(length);
            assertThat(start >= 0).isEqualTo(smallest(arena, length) > 0);
            if (start >= 0 && random.nextBoolean()) {
                all.add(add(start, length, 0));
                mark(arena, start, length, true);
            } else if (!all.isEmpty()) {
                change(random, arena, all);
            }
            extents.audit();
            assertThat(extents.free()).isEqualTo(free(arena));
        }
    }

    private void change(Random random, boolean[] arena, List<Extent> all) {
        int index = random.nextInt(all.size());
        Extent extent = all.get(index);
        mark(arena, extent.start(), extent.capacity(), false);
        if (random.nextBoolean()) {
            extents.resize(extent, 1 + random.nextInt(extent.capacity() + extents.roomAfter(extent)));
            mark(arena, extent.start(), extent.capacity(), true);
        } else {
            extents.remove(extent);
            all.remove(index);
        }
    }

    private static void mark(boolean[] arena, int start, int length, boolean taken) {
        for (int i = start; i < start + length; i++) {
            assertThat(arena[i]).isNotEqualTo(taken);
            arena[i] = taken;
        }
    }

    private static int free(boolean[] arena) {
        int free = 0;
        for (boolean taken : arena) {
            free += taken ? 0 : 1;
        }
        return free;
    }

    /** Length of the smallest free range of at least {@code need} places, 0 if there is none. */
    private static int smallest(boolean[] arena, int need) {
        int best = 0;
        int run = 0;
        for (int i = 0; i <= arena.length; i++) {
            if (i < arena.length && !arena[i]) {
                run++;
                continue;
            }
            best = run >= need && (best == 0 || run < best) ? run : best;
            run = 0;
        }
        return best;
    }

    private Extent add(int start, int capacity, int computed) {
        Extent extent = new Extent(start, capacity, new Sequence(Requests.of(1).request(), cancelled -> {}));
        extent.computed(computed);
        extents.add(extent);
        return extent;
    }

    private void cached(int start, int capacity, long lastUsed) {
        Extent extent = add(start, capacity, 0);
        extent.orphan();
        extent.touch(lastUsed);
    }
}
