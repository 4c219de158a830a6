package dev.piecewise.personalization;

import static dev.piecewise.personalization.PersonalizerFixture.ANY;
import static dev.piecewise.personalization.PersonalizerFixture.assertRefused;
import static dev.piecewise.personalization.PersonalizerFixture.history;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Plan;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a history becomes a plan, whoever else asks meanwhile. */
@Timeout(60)
final class AssemblingTest {
    @TempDir
    Path directory;

    @AutoClose
    private PersonalizerFixture with;

    @BeforeEach
    void open() {
        with = new PersonalizerFixture(directory);
    }

    @Test
    void assemblingNeedsAUserAndAHistory() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.assemble("nobody"));
        with.store.putUser("ann");
        assertRefused(ErrorCode.INVALID_REQUEST, "history", () -> personalizer.assemble("ann"));
        with.store.append("ann", history(""));
        assertRefused(ErrorCode.INVALID_REQUEST, "history", () -> personalizer.assemble("ann"));
    }

    @Test
    void aPlanIsMergedBeforeAnybodyAsks() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        with.store.append("ann", history("x"));
        Plan plan = personalizer.assemble("ann");
        assertThat(with.adapters.forget("", plan)).isTrue();
        personalizer.prefetch("ann");
        personalizer.resolve("ann", Mode.AUTO, ANY);
        assertThat(with.assemblySeconds).hasSize(1).allMatch(seconds -> seconds > 0);
        assertThat(with.mergeSeconds).hasSize(2).allMatch(seconds -> seconds > 0);
    }

    @Test
    void whoAsksBeforeAnAssemblyBeginsSharesIt() throws Exception {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        with.store.append("first", history("x"));
        with.store.append("ann", history("x"));
        with.maySelect = new CountDownLatch(1);
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        ThreadFactory remembered = work -> {
            Thread thread = Executors.defaultThreadFactory().newThread(work);
            threads.add(thread);
            return thread;
        };
        try (ExecutorService callers = Executors.newCachedThreadPool(remembered)) {
            Future<Plan> first = callers.submit(() -> personalizer.assemble("first"));
            with.selecting.await();
            List<Future<Plan>> same = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                same.add(callers.submit(() -> personalizer.assemble("ann")));
            }
            while (!threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING)) {
                LockSupport.parkNanos(1_000_000);
            }
            with.store.append("ann", history("y"));
            with.maySelect.countDown();
            assertThat(first.get().items()).isEqualTo(1);
            for (Future<Plan> each : same) {
                assertThat(each.get().items())
                        .as("the history as it was when its turn came")
                        .isEqualTo(2);
            }
        }
        assertThat(with.selections).hasSize(2);
    }

    /** An assembly for Ann in which this happens is refused, and nothing is kept of it. */
    private void assertNoPlan(LocalPersonalizer personalizer, Runnable meanwhile) throws InterruptedException {
        with.store.append("ann", history("x"));
        with.maySelect = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Plan> plan = threads.submit(() -> personalizer.assemble("ann"));
            with.selecting.await();
            meanwhile.run();
            with.maySelect.countDown();
            assertThatThrownBy(plan::get).hasMessageContaining("erased while the plan was assembled");
        }
        assertThat(with.store.plan("ann")).isEmpty();
    }

    @Test
    void aUserErasedDuringAnAssemblyGetsNoPlan() throws Exception {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertNoPlan(personalizer, () -> {
            with.store.deleteUser("ann");
            personalizer.forget("ann");
            with.store.putUser("ann");
        });
    }

    @Test
    void aPlanOfAHistoryThatAnotherServerErasedMeanwhileIsNotKept() throws Exception {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertNoPlan(personalizer, () -> {
            with.store.clearHistory("ann");
            with.store.append("ann", history("y"));
        });
        assertThat(with.adapters.stats().bytes()).isZero();
    }

    @Test
    void nothingIsMergedForLaterOfAPlanThatWasForgottenSinceItWasFound() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        with.store.append("ann", history("x"));
        personalizer.assemble("ann");
        Finding.Found found = (Finding.Found) personalizer.find("ann");
        with.store.deleteUser("ann");
        personalizer.forget("ann");

        assertThat(personalizer.assembled("ann", found, ANY).mode()).isEqualTo(Mode.ASSEMBLED);
        assertThat(with.adapters.stats().bytes()).isZero();
    }

    @Test
    void aFailedAssemblyLeavesTheNextOneItsTurn() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.assemble("ann"));
        with.store.append("ann", history("x"));
        assertThat(personalizer.assemble("ann").items()).isEqualTo(1);
    }
}
