package dev.piecewise.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much a key may ask for, by a clock that stands until it is told. */
@Timeout(20)
final class AllowanceTest {
    private final AtomicLong nanos = new AtomicLong(1);

    @Test
    void requestsComeBackOverTheMinute() {
        Allowance allowance = allowance(new Limits(6, 0, 0));
        for (int i = 0; i < 6; i++) {
            allowance.enter().close();
        }
        assertRefused(allowance, "6 requests a minute", 10);
        assertThat(allowance.requests()).contains(new Meter.Standing(6, 0, Duration.ofMinutes(1)));

        pass(Duration.ofSeconds(9));
        assertRefused(allowance, "6 requests a minute", 1);
        pass(Duration.ofSeconds(1));
        allowance.enter().close();
        assertRefused(allowance, "6 requests a minute", 10);
        pass(Duration.ofHours(1));
        assertThat(allowance.requests()).contains(new Meter.Standing(6, 6, Duration.ZERO));
        assertThat(allowance.tokens()).isEmpty();
    }

    @Test
    void tokensThatWereTakenBeyondTheLimitAreADebt() {
        Allowance allowance = allowance(new Limits(0, 600, 0));
        Allowance.Pass pass = allowance.enter();
        allowance.spend(900);
        pass.close();
        assertThat(allowance.tokens().orElseThrow().remaining()).isZero();
        assertRefused(allowance, "600 tokens a minute", 31);
        pass(Duration.ofSeconds(30));
        assertRefused(allowance, "600 tokens a minute", 1);
        pass(Duration.ofSeconds(1));
        allowance.enter().close();
        assertThat(allowance.tokens().orElseThrow().remaining()).isEqualTo(10);
    }

    @Test
    void whatIsRefusedCostsNothing() {
        Allowance allowance = allowance(new Limits(10, 60, 2));
        allowance.spend(61);
        assertRefused(allowance, "60 tokens a minute", 2);
        assertThat(allowance.requests().orElseThrow().remaining()).isEqualTo(10);
        pass(Duration.ofSeconds(2));
        Allowance.Pass first = allowance.enter();
        Allowance.Pass second = allowance.enter();
        assertRefused(allowance, "2 requests running", 1);
        assertThat(allowance.requests().orElseThrow().remaining()).isEqualTo(8);
        first.close();
        allowance.enter().close();
        second.close();
    }

    @Test
    void manyAtATimeAreCountedExactly() throws Exception {
        Allowance allowance = allowance(new Limits(1000, 0, 0));
        int entered = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                counts.add(threads.submit(() -> enterAsOftenAsPossible(allowance)));
            }
            for (Future<Integer> count : counts) {
                entered += count.get();
            }
        }
        assertThat(entered).isEqualTo(1000);
    }

    @Test
    void whoHasNoLimitsIsNeverRefused() {
        Allowance allowance = allowance(Limits.NONE);
        for (int i = 0; i < 10_000; i++) {
            assertThat(allowance.enter()).isNotNull();
            allowance.spend(1_000_000);
        }
    }

    private static int enterAsOftenAsPossible(Allowance allowance) {
        int entered = 0;
        try {
            while (true) {
                allowance.enter().close();
                entered++;
            }
        } catch (ServingException refused) {
            return entered;
        }
    }

    private Allowance allowance(Limits limits) {
        return new Allowance(limits, nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static void assertRefused(Allowance allowance, String message, int retrySeconds) {
        assertThatThrownBy(allowance::enter)
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(ServingException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(refused.retrySeconds()).hasValue(retrySeconds);
                });
    }
}
