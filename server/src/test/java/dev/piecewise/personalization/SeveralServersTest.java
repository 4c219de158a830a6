package dev.piecewise.personalization;

import static dev.piecewise.personalization.PersonalizerFixture.history;
import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one server has in memory while another one of the same database changes it. */
final class SeveralServersTest {
    @TempDir
    Path directory;

    @AutoClose
    private PersonalizerFixture with;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final Freshness freshness = new Freshness(nanos::get);
    private final List<String> replaced = new ArrayList<>();
    private PlanCache here;

    @BeforeEach
    void open() {
        with = new PersonalizerFixture(directory);
        Editions editions = new Editions();
        editions.put(Optional.empty(), Edition.first(with.pool, false, PoolWatch.NONE));
        here = new PlanCache(with.store, editions, 100, freshness, (user, plan) -> replaced.add(user + plan.created()));
        with.store.append("ann", history("tea"));
    }

    @Test
    void aPlanErasedOnAnotherServerIsServedForFiveSecondsAtMost() {
        with.store.putPlan("ann", with.planOf(with.pool.hash()));
        Plan plan = found();

        with.store.deletePlan("ann");
        assertThat(found()).isEqualTo(plan);

        pass(Duration.ofSeconds(5));
        assertThat(here.find("ann")).isEqualTo(new Finding.Missing("user has no plan", ErrorCode.UNKNOWN_USER));
        assertThat(replaced).containsExactly("ann" + plan.created());
    }

    @Test
    void aPlanMadeAnewOnAnotherServerTakesTheOldOnesPlace() {
        with.store.putPlan("ann", with.planOf(with.pool.hash()));
        Plan first = found();
        Plan second = later(first);
        with.store.putPlan("ann", second);

        pass(Duration.ofSeconds(5));
        assertThat(found().created()).isEqualTo(second.created());
        assertThat(replaced).containsExactly("ann" + first.created());
    }

    @Test
    void aPlanThatStayedIsNotReadAgain() {
        with.store.putPlan("ann", with.planOf(with.pool.hash()));
        Plan plan = found();
        pass(Duration.ofSeconds(5));

        assertThat(found()).isSameAs(plan);
        assertThat(replaced).isEmpty();
    }

    @Test
    void aPlanOfAnotherPoolIsNotKeptSoANewOneIsSeenAtOnce() {
        with.store.putPlan("ann", with.planOf("another pool"));
        assertThat(here.find("ann"))
                .isInstanceOfSatisfying(
                        Finding.Missing.class,
                        missing -> assertThat(missing.code()).isEqualTo(ErrorCode.CONFLICT));

        with.store.putPlan("ann", with.planOf(with.pool.hash()));
        assertThat(found().pool()).isEqualTo(with.pool.hash());
    }

    @Test
    void aPlanInMemoryIsServedWhileTheDatabaseIsGone() {
        with.store.putPlan("ann", with.planOf(with.pool.hash()));
        Plan plan = found();
        with.store.close();
        pass(Duration.ofHours(1));

        assertThat(found()).isSameAs(plan);
    }

    @Test
    void whileTheDatabaseIsGoneItIsAskedOnceInFiveSeconds() {
        AtomicInteger asked = new AtomicInteger();
        Freshness.Heard<String> heard = freshness.ask(() -> "before");
        pass(Duration.ofSeconds(5));

        for (int i = 0; i < 3; i++) {
            assertThat(freshness.<String>askAgain(heard, () -> {
                        asked.incrementAndGet();
                        throw new ServingException(ErrorCode.UNAVAILABLE, "gone");
                    }))
                    .isSameAs(heard);
        }
        assertThat(asked).hasValue(1);

        pass(Duration.ofSeconds(5));
        Freshness.Heard<String> now = freshness.askAgain(heard, () -> "now");
        assertThat(now.said()).isEqualTo("now");
        assertThat(freshness.holds(now)).isTrue();
        assertThat(freshness.askAgain(heard, () -> "again").said()).isEqualTo("again");
    }

    private Plan found() {
        return ((Finding.Found) here.find("ann")).plan();
    }

    private static Plan later(Plan plan) {
        return new Plan(
                plan.base(),
                plan.pool(),
                plan.merge(),
                plan.k(),
                plan.sites(),
                plan.items(),
                plan.created().plusMillis(1));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
