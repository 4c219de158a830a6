package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.engine.TokenEvent.Failed;
import dev.piecewise.engine.TokenMask.Ends;
import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Completions that may say only some things, whatever else happens to them. */
@Timeout(20)
final class TokenConstraintTest {
    @Test
    void endsWhenNothingElseIsLeft() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Completion completion = engine.run(Rounds.asked(12, 12));

            assertThat(completion.reason()).isEqualTo(FinishReason.STOP);
            assertThat(completion.tokens()).hasSize(12);
            assertThat(Rounds.obeyedBy(completion.tokens())).isTrue();
        }
    }

    @Test
    void mayChooseTheEndOnlyWhereTheConstraintIsFulfilled() throws Exception {
        Requests eager =
                Rounds.asked(5, 1000).sampling(new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(Rounds.END, 100f), 0, -1));
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
            Completion cut = engine.run(Rounds.asked(30, 30).max(8));
            assertThat(cut.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(cut.tokens()).hasSize(8);
            assertThat(engine.run(Rounds.asked(8, 8).max(8)).reason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void obeysWithoutEndTokens() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            Completion completion = engine.run(Rounds.asked(2, 9).ends());
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
                        : Rounds.asked(25, 25).seed(i).max(40);
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
                    Generation constrained = engine.submit(Rounds.asked(20, 20))) {
                assertThat(Completion.of(constrained).last()).isInstanceOf(Failed.class);
                assertThat(Completion.of(other).tokens()).hasSize(20);
            }
        }
    }

    @Test
    void refusesAConstraintThatAllowsNothingButTheEmptyText() {
        try (TestEngine engine = TestEngine.roomy()) {
            assertThatThrownBy(() -> engine.submit(Rounds.asked(0, 0))).isInstanceOf(ServingException.class);
        }
    }

    @Test
    void aMaskWritesItsEndTokensWhereverTheyAre() {
        TokenMask mask = new TokenMask(new long[] {5}, new int[] {0, 70}, Ends.ALL);
        long[] words = new long[4];
        mask.write(words, 1);
        assertThat(words).containsExactly(0, 5, 1L << 6, 0);
        assertThat(new TokenMask(new long[] {5}, new int[] {0}, Ends.NONE).allows(0))
                .isFalse();
        assertThat(mask.allows(70) && mask.allows(2)).isTrue();
        assertThat(mask.allows(71)).isFalse();
    }

    @Test
    void aMaskIsEmptyWhereNoTokenIsLeft() {
        int[] ends = {0, 70};
        assertThat(new TokenMask(new long[] {0, 1 << 6}, ends, Ends.NONE).isEmpty())
                .isTrue();
        assertThat(new TokenMask(new long[] {0, 1 << 6}, ends, Ends.AS_TEXT).isEmpty())
                .isFalse();
        assertThat(new TokenMask(new long[] {0, 1 << 5}, ends, Ends.NONE).isEmpty())
                .isFalse();
        assertThat(new TokenMask(new long[2], ends, Ends.ALL).isEmpty()).isFalse();
        assertThat(new TokenMask(new long[2], new int[0], Ends.ALL).isEmpty()).isTrue();
    }
}
