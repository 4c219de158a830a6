package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.TokenEvent.Failed;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Constraints that take long to say what may come, or never say it, or fail: that is nobody else's business. */
@Timeout(20)
final class ConstraintFaultsTest {
    /** Rounds whose sets have to be found, which waits for a latch. */
    private record Slow(Rounds rounds, CountDownLatch may, AtomicBoolean found) implements TokenConstraint {
        static Slow at(Rounds rounds, CountDownLatch may) {
            return new Slow(rounds, may, new AtomicBoolean());
        }

        @Override
        public boolean isAtHand() {
            return found.get();
        }

        @Override
        public long[] allowed() {
            try {
                may.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            found.set(true);
            return rounds.allowed();
        }

        @Override
        public boolean mayEnd() {
            return rounds.mayEnd();
        }

        @Override
        public boolean mustEnd() {
            return rounds.mustEnd();
        }

        @Override
        public TokenConstraint after(int token) {
            return at((Rounds) rounds.after(token), may);
        }
    }

    /** Where nothing leads on from, and what may come is what {@code search} says. */
    private record DeadEnd(boolean isAtHand, Supplier<long[]> search) implements TokenConstraint {
        @Override
        public long[] allowed() {
            return search.get();
        }

        @Override
        public boolean mayEnd() {
            return false;
        }

        @Override
        public boolean mustEnd() {
            return false;
        }

        @Override
        public TokenConstraint after(int token) {
            throw new IllegalArgumentException("not allowed");
        }
    }

    /** Both streams are begun, and none of the first one's masks can be found before the other has all its tokens. */
    @Test
    void aMaskThatTakesLongHoldsUpNobodyElse() throws Exception {
        CountDownLatch may = new CountDownLatch(1);
        Requests request = Rounds.asked(12, 12);
        try (TestEngine engine = TestEngine.roomy()) {
            List<Integer> expected = engine.run(request).tokens();
            Generation slow = engine.submit(request.constrained(Slow.at(new Rounds(0, 12, 12), may)));
            Completion other = engine.run(Requests.of(4, 5, 6).max(30));
            assertThat(other.tokens()).hasSize(30);
            assertThat(slow.poll()).isEmpty();

            may.countDown();
            assertThat(Completion.of(slow).tokens()).isEqualTo(expected);
        }
    }

    @Test
    void aSequenceThatWaitsForItsMaskCanBeCancelled() throws Exception {
        CountDownLatch may = new CountDownLatch(1);
        try (TestEngine engine = TestEngine.roomy()) {
            engine.submit(Rounds.asked(12, 12).constrained(Slow.at(new Rounds(0, 12, 12), may)))
                    .close();
            engine.engine.drain(Duration.ofSeconds(10));
            may.countDown();
            assertThat(engine.counts.ended).hasValue(1);
        }
    }

    /** The mask of a cancelled sequence would never be found. */
    @Test
    void nobodySearchesForTheMaskOfASequenceThatHasEnded() throws Exception {
        CountDownLatch searched = new CountDownLatch(1);
        CountDownLatch gaveUp = new CountDownLatch(1);
        TokenConstraint endless = new DeadEnd(false, () -> {
            searched.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                gaveUp.countDown();
            }
            throw new IllegalStateException("nobody waits for it any more");
        });
        try (TestEngine engine = TestEngine.roomy()) {
            Generation generation = engine.submit(Rounds.asked(12, 12).constrained(endless));
            searched.await();
            generation.close();
            gaveUp.await();
        }
    }

    @Test
    void aConstraintThatThrowsFailsItsOwnSequence() throws Exception {
        TokenConstraint broken = new DeadEnd(false, () -> {
            throw new IllegalStateException("broken");
        });
        try (TestEngine engine = TestEngine.roomy()) {
            Generation other = engine.submit(Requests.of(4, 5, 6).max(30));
            assertThat(engine.run(Rounds.asked(1, 2).constrained(broken)).last())
                    .isInstanceOf(Failed.class);
            assertThat(Completion.of(other).tokens()).hasSize(30);
            assertThat(engine.engine.faults()).isZero();
        }
    }

    @Test
    void aConstraintThatDoesNotGoOnFailsItsOwnSequence() throws Exception {
        long[] all = new long[64];
        Arrays.fill(all, -1);
        TokenConstraint stuck = new DeadEnd(true, () -> all);
        try (TestEngine engine = TestEngine.roomy()) {
            Generation other = engine.submit(Requests.of(4, 5, 6).max(30));
            assertThat(engine.run(Rounds.asked(1, 2).constrained(stuck)).last()).isInstanceOf(Failed.class);
            assertThat(Completion.of(other).tokens()).hasSize(30);
            assertThat(engine.engine.faults()).isZero();
        }
    }
}
