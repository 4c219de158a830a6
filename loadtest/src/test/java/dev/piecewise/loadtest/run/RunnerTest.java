package dev.piecewise.loadtest.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.loadtest.arrival.Arrivals;
import dev.piecewise.loadtest.client.Caller;
import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Bounds;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Summary;
import dev.piecewise.loadtest.measure.Timeline;
import dev.piecewise.loadtest.workload.Ask;
import dev.piecewise.loadtest.workload.Lengths;
import dev.piecewise.loadtest.workload.Popularity;
import dev.piecewise.loadtest.workload.Wording;
import dev.piecewise.loadtest.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RunnerTest {
    private static final Bounds NONE = Bounds.parse(List.of());

    /** Time passes only where somebody waits for it. */
    private static final class Leaps implements Clock {
        private final AtomicLong now = new AtomicLong();

        @Override
        public long nanos() {
            return now.get();
        }

        @Override
        public void sleepUntil(long moment) {
            now.accumulateAndGet(moment, Math::max);
        }
    }

    private final ConcurrentLinkedQueue<Long> intended = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> asked = new ConcurrentLinkedQueue<>();

    @Test
    void anOpenLoopSendsAtItsTimesAndLeavesTheWarmUpOut() {
        Summary all = run(limits(2, 0, 3, 1000), new Load.Open(new Arrivals.Constant(8)), answering(), new Leaps());
        // From 0.125 to 1.875 s the warm-up; from 2.0 to 4.875 s what is measured.
        assertThat(intended).hasSize(39);
        assertThat(all.requests()).isEqualTo(24);
        assertThat(all.succeeded()).isEqualTo(24);
        assertThat(intended.stream().mapToLong(Long::longValue).max()).hasValue(seconds(4.875));
        assertThat(asked.stream().mapToLong(Long::longValue).sorted().distinct().count())
                .isEqualTo(39);
    }

    @Test
    void aLimitOfRequestsAndOneOfTheWarmUpHold() {
        Summary all = run(limits(0, 7, 1000, 20), new Load.Open(new Arrivals.Poisson(10)), answering(), new Leaps());
        assertThat(intended).hasSize(27);
        assertThat(all.requests()).isEqualTo(20);
    }

    @Test
    void aClosedLoopHasSoManyOpenAtATime() {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch three = new CountDownLatch(3);
        Caller caller = caller((ask, at) -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            three.countDown();
            awaitQuietly(three);
            Answer answer = answer(ask, at);
            open.decrementAndGet();
            return answer;
        });
        Summary all = run(limits(0, 0, 1000, 30), new Load.Closed(3), caller, Clock.SYSTEM);
        assertThat(all.requests()).isEqualTo(30);
        assertThat(most).hasValue(3);
    }

    @Test
    void countsWhatCannotBeSentBecauseTooManyAreOpen() {
        Semaphore never = new Semaphore(0);
        Caller caller = caller((ask, at) -> unfinished(ask, at, never));
        Limits limits = new Limits(Duration.ZERO, 0, Duration.ofSeconds(1), 1000, Duration.ofMillis(50), 4);
        Summary all = run(limits, new Load.Open(new Arrivals.Constant(8)), caller, new Leaps());
        assertThat(all.requests()).isEqualTo(7);
        assertThat(all.failures())
                .hasEntrySatisfying("not sent", of -> assertThat(of.count()).isEqualTo(3));
        assertThat(all.failures())
                .hasEntrySatisfying("unfinished", of -> assertThat(of.count()).isEqualTo(4));
    }

    @Test
    void aServerThatRefusesIsAskedMoreAndMoreSlowly() {
        Caller caller = caller(
                (ask, at) -> Answer.notSent(ask.user(), at, Failure.of(Failure.Kind.NOT_CONNECTED, "nobody there")));
        Summary all = run(limits(0, 0, 10, 1000), new Load.Closed(1), caller, new Leaps());
        // After 50, 100, 200, 400, 800, 1600, then each 2000 ms.
        assertThat(all.requests()).isEqualTo(10);
        assertThat(all.failures())
                .hasEntrySatisfying(
                        "not connected", of -> assertThat(of.count()).isEqualTo(10));
    }

    @Test
    void whatWasMeasuredIsKeptWhenSomebodyStopsIt() {
        StopSignal stop = new StopSignal();
        Semaphore never = new Semaphore(0);
        Caller caller = caller((ask, at) -> {
            if (ask.index() < 5) {
                return answer(ask, at);
            }
            stop.stop();
            return unfinished(ask, at, never);
        });
        Summary all = new Runner(caller, workload(), limits(0, 0, 1000, 1000), Clock.SYSTEM, stop)
                .run(new Load.Closed(1), 1, NONE, state -> {});
        assertThat(all.succeeded()).isEqualTo(5);
        assertThat(all.failures()).containsOnlyKeys("unfinished");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aFaultOfThisClientIsCountedAndNotLost() {
        Caller caller = caller((ask, at) -> {
            throw new IllegalStateException("a bug");
        });
        Summary all = run(limits(0, 0, 10, 3), new Load.Closed(1), caller, new Leaps());
        assertThat(all.failures().get("fault of this client"))
                .isEqualTo(new Summary.Failures(3, "java.lang.IllegalStateException: a bug"));
    }

    @Test
    void scenariosAreEveryLoadWithEveryNumberOfUsersBetweenRunsOfTheBase() {
        List<Scenario> all = Scenario.all(
                shape(),
                List.of(1, 10),
                List.of(Popularity.DISTINCT, Popularity.ZIPF),
                List.of(new Load.Closed(4), new Load.Open(new Arrivals.Gamma(0.5, 4))),
                true);
        assertThat(all.stream().map(Scenario::name))
                .containsExactly(
                        "base, 4 at a time",
                        "1 user, distinct, 4 at a time",
                        "1 user, zipf, 4 at a time",
                        "10 users, distinct, 4 at a time",
                        "10 users, zipf, 4 at a time",
                        "base again, 4 at a time",
                        "base, 0.5 requests/s, gamma, cv 4",
                        "1 user, distinct, 0.5 requests/s, gamma, cv 4",
                        "1 user, zipf, 0.5 requests/s, gamma, cv 4",
                        "10 users, distinct, 0.5 requests/s, gamma, cv 4",
                        "10 users, zipf, 0.5 requests/s, gamma, cv 4",
                        "base again, 0.5 requests/s, gamma, cv 4");
    }

    private Caller answering() {
        return caller(RunnerTest::answer);
    }

    @FunctionalInterface
    private interface Ways {
        Answer call(Ask ask, long at);
    }

    private Caller caller(Ways ways) {
        return new Caller() {
            @Override
            public Answer call(Ask ask, long at) {
                intended.add(at);
                asked.add(ask.index());
                return ways.call(ask, at);
            }

            @Override
            public void close() {}
        };
    }

    private static Answer answer(Ask ask, long at) {
        Timeline timeline = new Timeline(ask.user(), at, at);
        timeline.chunk(at + 1000);
        return timeline.end(at + 2000);
    }

    private static Answer unfinished(Ask ask, long at, Semaphore never) {
        try {
            never.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new Timeline(ask.user(), at, at).fail(at + 1, Failure.of(Failure.Kind.UNFINISHED, ""));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Summary run(Limits limits, Load load, Caller caller, Clock clock) {
        return new Runner(caller, workload(), limits, clock, new StopSignal()).run(load, 1, NONE, state -> {});
    }

    private static Limits limits(int warmup, int warmupRequests, int duration, long requests) {
        return new Limits(
                Duration.ofSeconds(warmup),
                warmupRequests,
                Duration.ofSeconds(duration),
                requests,
                Duration.ofSeconds(20),
                1000);
    }

    private static Workload.Shape shape() {
        return new Workload.Shape(0, Popularity.DISTINCT, 1.5, new Lengths.Fixed(8), new Lengths.Fixed(8));
    }

    private static Workload workload() {
        return new Workload(1, shape(), Wording.GUESSED);
    }

    private static long seconds(double value) {
        return Math.round(value * TimeUnit.SECONDS.toNanos(1));
    }
}
