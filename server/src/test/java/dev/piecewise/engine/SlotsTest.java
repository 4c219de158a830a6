package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.piecewise.tenant.Tenant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SlotsTest {
    private final FakeModel model = new FakeModel(50, 100, 100, 16);
    private final Slots slots = new Slots(model, 4, EngineObserver.NONE);

    @AfterEach
    void theBooksAreRight() {
        assertThat(model.violations).isEmpty();
        assertThat(slots.active() + slots.idle() + slots.free()).isEqualTo(4);
    }

    @Test
    void theLowestColumnsAreTakenFirst() {
        Slot a = acquire("a", 4);
        Slot b = acquire("b", 6);
        assertThat(a.firstColumn()).isZero();
        assertThat(b.firstColumn()).isEqualTo(4);
        assertThat(acquire("c", 6).firstColumn()).isEqualTo(10);
        slots.release(a, true);
        assertThat(acquire("d", 2).firstColumn()).isZero();
        assertThat(slots.resident()).containsExactly("d", "b", "c");
    }

    @Test
    void anAdapterIsLoadedOnceForAllWhoUseIt() {
        Slot first = acquire("a", 4);
        assertThat(acquire("a", 4)).isSameAs(first);
        slots.release(first, true);
        slots.release(first, true);
        assertThat(slots.idle()).isEqualTo(1);
        assertThat(acquire("a", 4)).isSameAs(first);
        assertThat(model.loads).hasValue(1);
    }

    @Test
    void theIdleAdapterThatWasUsedLongestAgoGoesFirst() {
        Slot a = acquire("a", 4);
        Slot b = acquire("b", 4);
        Slot c = acquire("c", 4);
        Slot d = acquire("d", 4);
        List.of(a, b, c, d).forEach(slot -> slots.release(slot, true));
        slots.release(acquire("a", 4), true);
        acquire("e", 4);
        assertThat(slots.resident()).containsExactly("a", "e", "c", "d");
        acquire("f", 4);
        assertThat(slots.resident()).containsExactly("a", "e", "f", "d");
    }

    @Test
    void whatIsInUseIsNeverEvicted() {
        acquire("a", 6);
        Slot b = acquire("b", 6);
        assertThat(fits("c", 4)).isTrue();
        assertThat(fits("c", 5)).isFalse();
        assertThat(fits("a", 6)).isTrue();
        slots.release(b, true);
        assertThat(fits("c", 10)).isTrue();
        assertThat(fits("c", 11)).isFalse();
        assertThat(acquire("c", 10).firstColumn()).isEqualTo(6);
        assertThat(slots.resident()).containsExactly("a", "c");
    }

    @Test
    void thereAreOnlySoManySlotsHoweverManyColumns() {
        for (String name : List.of("a", "b", "c", "d")) {
            acquire(name, 1);
        }
        assertThat(fits("e", 1)).isFalse();
    }

    @Test
    void aFailedLoadLeavesItsColumnsFree() {
        model.failsToLoad = adapter -> adapter.fingerprint().equals("bad");
        assertThatIllegalArgumentException().isThrownBy(() -> acquire("bad", 16));
        assertThat(slots.free()).isEqualTo(4);
        assertThat(acquire("good", 16).firstColumn()).isZero();
    }

    @Test
    void aForgottenUsersIdleAdapterGoes() {
        Slot a = acquire("a", 4);
        acquire("b", 4);
        slots.release(a, true);
        slots.forget("user");
        assertThat(slots.resident()).containsExactly("b");
    }

    @Test
    void tenantsDoNotShareTheSlotOfTheSameAdapter() {
        Slot ours = acquire("a", 4);
        Sequence others = sequence(new Tenant("acme").key("user"), "a", 4);
        Slot theirs = slots.acquire(others, Objects.requireNonNull(others.adapter()));
        assertThat(theirs.firstColumn()).isNotEqualTo(ours.firstColumn());
        assertThat(slots.resident()).containsExactly("a");
    }

    private boolean fits(String fingerprint, int rank) {
        return slots.fits(sequence("user", fingerprint, rank));
    }

    private Slot acquire(String fingerprint, int rank) {
        Sequence sequence = sequence("user", fingerprint, rank);
        return slots.acquire(sequence, Objects.requireNonNull(sequence.adapter()));
    }

    private static Sequence sequence(String user, String fingerprint, int rank) {
        return new Sequence(Requests.of(1).user(user).adapter(fingerprint, rank).request(), cancelled -> {});
    }
}
