package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.engine.TokenEvent.Failed;
import dev.piecewise.error.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Completions that may say only some things, whatever else happens to them. */
@Timeout(20)
final class TokenConstraintTest {
    private static final int END = 49;

    /** Rounds of three tokens, each in a class of its own; from {@code least} on it may end, at {@code most} it must. */
    private record Rounds(int length, int least, int most) implements TokenConstraint {
        @Override
        public long[] allowed() {
            long first = 0b111L << (3 * (length % 10));
            return new long[] {length == most ? 0 : first};
        }

        @Override
        public boolean mayEnd() {
            return length >= least;
        }

        @Override
        public boolean mustEnd() {
            return length == most;
        }

        @Override
        public TokenConstraint after(int token) {
            assertThat(token / 3).isEqualTo(length % 10);
            return new Rounds(length + 1, least, most);
        }

        static boolean obeyedBy(List<Integer> tokens) {
            for (int i = 0; i < tokens.size(); i++) {
                if (tokens.get(i) / 3 != i % 10) {
                    return false;
                }
            }
            return true;
        }
    }

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

    /** Both streams are begun, and none of the first one's masks can be found before the other has all its tokens. */
    @Test
    void aMaskThatTakesLongHoldsUpNobodyElse() throws Exception {
        CountDownLatch may = new CountDownLatch(1);
        Requests request = rounds(12, 12);
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
            engine.submit(rounds(12, 12).constrained(Slow.at(new Rounds(0, 12, 12), may)))
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
        TokenConstraint endless = new Searching(() -> {
            searched.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                gaveUp.countDown();
            }
            throw new IllegalStateException("nobody waits for it any more");
        });
        try (TestEngine engine = TestEngine.roomy()) {
            Generation generation = engine.submit(rounds(12, 12).constrained(endless));
            searched.await();
            generation.close();
            gaveUp.await();
        }
    }

    /** Has no mask at hand, and does this when it is asked for one. */
    private record Searching(Supplier<long[]> search) implements TokenConstraint {
        @Override
        public boolean isAtHand() {
            return false;
        }

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
            return this;
        }
    }

    @Test
    void aConstraintThatThrowsFailsItsOwnSequence() throws Exception {
        TokenConstraint broken = new Searching(() -> {
            throw new IllegalStateException("broken");
        });
        try (TestEngine engine = TestEngine.roomy()) {
            Generation other = engine.submit(Requests.of(4, 5, 6).max(30));
            assertThat(engine.run(rounds(1, 2).constrained(broken)).last()).isInstanceOf(Failed.class);
            assertThat(Completion.of(other).tokens()).hasSize(30);
            assertThat(engine.engine.faults()).isZero();
        }
    }

    @Test
    void aConstraintThatDoesNotGoOnFailsItsOwnSequence() throws Exception {
        TokenConstraint stuck = new TokenConstraint() {
            @Override
            public long[] allowed() {
                long[] all = new long[64];
                Arrays.fill(all, -1);
                return all;
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
        };
        try (TestEngine engine = TestEngine.roomy()) {
            Generation other = engine.submit(Requests.of(4, 5, 6).max(30));
            assertThat(engine.run(rounds(1, 2).constrained(stuck)).last()).isInstanceOf(Failed.class);
            assertThat(Completion.of(other).tokens()).hasSize(30);
            assertThat(engine.engine.faults()).isZero();
        }
    }

    private static Requests rounds(int least, int most) {
        return Requests.of(1, 2, 3).max(40).ends(END).constrained(new Rounds(0, least, most));
    }

    @Test
    void endsWhenNothingElseIsLeft() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Completion completion = engine.run(rounds(12, 12));

            assertThat(completion.reason()).isEqualTo(FinishReason.STOP);
            assertThat(completion.tokens()).hasSize(12);
            assertThat(Rounds.obeyedBy(completion.tokens())).isTrue();
        }
    }

    @Test
    void mayChooseTheEndOnlyWhereTheConstraintIsFulfilled() throws Exception {
        Requests eager = rounds(5, 1000).sampling(new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(END, 100f), 0, -1));
        try (TestEngine engine = TestEngine.roomy()) {
            assertThat(engine.run(eager).tokens()).hasSize(5);
            assertThat(engine.run(eager.min(9)).tokens()).hasSize(9);
            assertThat(engine.run(eager.min(9).constrained(new Rounds(0, 5, 7))).tokens())
                    .hasSize(7);
        }
    }

    @Test
    void isCutAtTheTokenLimit() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Completion cut = engine.run(rounds(30, 30).max(8));
            assertThat(cut.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(cut.tokens()).hasSize(8);
            assertThat(engine.run(rounds(8, 8).max(8)).reason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void obeysWithoutEndTokens() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Completion completion = engine.run(rounds(2, 9).ends());
            assertThat(completion.reason()).isEqualTo(FinishReason.STOP);
            assertThat(completion.tokens()).hasSize(9);
        }
    }

    @Test
    void isNotForgottenWhenASequenceIsPreemptedOrContinuesAPrefix() throws Exception {
        FakeModel small = new FakeModel(TestEngine.VOCABULARY, 130, 100, 0);
        try (TestEngine engine = new TestEngine(small, new EngineLimits(4, 8, 100, 0, true, 2))) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Requests request = i % 3 == 0
                        ? Requests.counting(i, 20).seed(i).max(30)
                        : rounds(25, 25).seed(i).max(40);
                generations.add(engine.submit(request));
            }
            for (int i = 0; i < generations.size(); i++) {
                Completion completion = Completion.of(generations.get(i));
                if (i % 3 != 0) {
                    assertThat(completion.tokens()).hasSize(25);
                    assertThat(Rounds.obeyedBy(completion.tokens())).isTrue();
                }
            }
            assertThat(engine.counts.preempted.get()).isPositive();
        }
    }

    @Test
    void costsNothingWhereThereIsNone() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(Requests.of(1, 2, 3).seed(1).max(4));
            assertThat(engine.model.steps)
                    .allSatisfy(batch -> assertThat(batch.spans())
                            .allSatisfy(span -> assertThat(span.sample())
                                    .satisfies(draw -> assertThat(draw == null || draw.mask() == null)
                                            .isTrue())));
        }
    }

    @Test
    void aModelThatDoesNotObeyFailsTheSequenceAlone() throws Exception {
        FakeModel deaf = new FakeModel(TestEngine.VOCABULARY, 4096, 512, 64);
        deaf.obeys = false;
        try (TestEngine engine = new TestEngine(deaf, new EngineLimits(16, 64, 100, 8, true))) {
            try (Generation other = engine.submit(Requests.of(4, 5).max(20));
                    Generation constrained = engine.submit(rounds(20, 20))) {
                assertThat(Completion.of(constrained).last()).isInstanceOf(Failed.class);
                assertThat(Completion.of(other).tokens()).hasSize(20);
            }
        }
    }

    @Test
    void refusesAConstraintThatAllowsNothingButTheEmptyText() {
        try (TestEngine engine = TestEngine.roomy()) {
            assertThatThrownBy(() -> engine.submit(rounds(0, 0))).isInstanceOf(ServingException.class);
        }
    }

    @Test
    void aMaskWritesItsEndTokensWhereverTheyAre() {
        TokenMask mask = new TokenMask(new long[] {5}, new int[] {0, 70}, true);
        long[] words = new long[4];
        mask.write(words, 1);
        assertThat(words).containsExactly(0, 5, 1L << 6, 0);
        assertThat(new TokenMask(new long[] {5}, new int[] {0}, false).allows(0))
                .isFalse();
        assertThat(mask.allows(70) && mask.allows(2)).isTrue();
        assertThat(mask.allows(71)).isFalse();
    }
}
