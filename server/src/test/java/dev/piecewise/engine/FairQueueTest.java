package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class FairQueueTest {
    private final FairQueue queue = new FairQueue();

    @Test
    void usersTakeTurns() {
        for (int i = 0; i < 3; i++) {
            add("a");
            add("b");
        }
        add("c");
        StringBuilder order = new StringBuilder();
        while (queue.size() > 0) {
            order.append(take(10).request().user());
        }
        assertThat(order).hasToString("abcabab");
    }

    @Test
    void whoUsesMoreGetsFewerTurns() {
        for (int i = 0; i < 200; i++) {
            add("large");
            add("small");
        }
        Map<String, Integer> turns = new HashMap<>();
        for (int i = 0; i < 110; i++) {
            boolean large = next().request().user().equals("large");
            turns.merge(take(large ? 1000 : 100).request().user(), 1, Integer::sum);
        }
        assertThat(turns).containsExactlyInAnyOrderEntriesOf(Map.of("large", 10, "small", 100));
    }

    @Test
    void whatACompletionTakesIsPaidForAsItIsMade() {
        add("talkative");
        add("terse");
        Sequence running = take(1);
        take(1);
        add("talkative");
        add("terse");
        queue.charge(running, 500);
        for (int i = 0; i < 4; i++) {
            add("terse");
            assertThat(take(100).request().user()).isEqualTo("terse");
        }
    }

    @Test
    void aNewUserIsNextButOwedNothing() {
        add("old");
        add("old");
        for (int i = 0; i < 50; i++) {
            add("old");
            take(1000);
        }
        add("new");
        assertThat(take(10).request().user()).isEqualTo("old");
        add("new");
        assertThat(take(1500).request().user()).isEqualTo("new");
        assertThat(take(10).request().user()).isEqualTo("old");
    }

    @Test
    void aStreamOfNewUsersDoesNotStarveAnOldOne() {
        add("old");
        Sequence running = take(100);
        add("first");
        add("old");
        queue.charge(running, 1_000_000);
        int passed = 0;
        while (passed < 200 && !next().request().user().equals("old")) {
            add("new" + passed++);
            queue.ended(take(10));
        }
        assertThat(passed).isEqualTo(64);
    }

    @Test
    void aUserWhoseFirstSequenceIsNotReadyIsPassedOver() {
        Sequence blocked = add("a");
        add("b");
        assertThat(queue.next(sequence -> sequence != blocked)).isNotNull().isNotSameAs(blocked);
        assertThat(queue.next(sequence -> false)).isNull();
        assertThat(next()).isSameAs(blocked);
    }

    @Test
    void usersWithNothingInTheEngineAreForgotten() {
        for (int i = 0; i < 100; i++) {
            add("user" + i);
        }
        assertThat(queue.users()).isEqualTo(100);
        for (int i = 0; i < 99; i++) {
            queue.ended(take(1));
        }
        queue.remove(next());
        assertThat(queue.users()).isZero();
        assertThat(queue.size()).isZero();
        queue.audit(0);
    }

    private Sequence add(String user) {
        Sequence sequence = new Sequence(Requests.of(1).user(user).request(), cancelled -> {});
        queue.add(sequence);
        return sequence;
    }

    private Sequence next() {
        Sequence next = queue.next(sequence -> true);
        if (next == null) {
            throw new AssertionError("somebody waits");
        }
        return next;
    }

    private Sequence take(int tokens) {
        Sequence next = next();
        queue.take(next);
        queue.charge(next, tokens);
        return next;
    }
}
