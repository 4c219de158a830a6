package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.error.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a completion that may say only some things ends: of tokens that end it, some may be part of what it may say. */
@Timeout(20)
final class ConstrainedEndsTest {
    private static final int P = 7;
    private static final int Q = 8;
    private static final int R = 9;
    /** Something for which the model has no token. */
    private static final int UNSAYABLE = -1;

    /** One of these texts. */
    private record OneOf(List<List<Integer>> texts) implements TokenConstraint {
        @Override
        public long[] allowed() {
            long[] words = new long[1];
            texts.stream()
                    .filter(text -> !text.isEmpty() && text.getFirst() != UNSAYABLE)
                    .forEach(text -> words[0] |= 1L << text.getFirst());
            return words;
        }

        @Override
        public boolean mayEnd() {
            return texts.contains(List.of());
        }

        @Override
        public boolean mustEnd() {
            return texts.equals(List.of(List.of()));
        }

        @Override
        public TokenConstraint after(int token) {
            List<List<Integer>> left = texts.stream()
                    .filter(text -> !text.isEmpty() && text.getFirst() == token)
                    .map(text -> text.subList(1, text.size()))
                    .toList();
            if (left.isEmpty()) {
                throw new IllegalArgumentException("not allowed");
            }
            return new OneOf(left);
        }
    }

    private static int[] text(int... tokens) {
        return tokens;
    }

    private static Requests oneOf(int[]... texts) {
        List<List<Integer>> lists = Arrays.stream(texts)
                .map(text -> Arrays.stream(text).boxed().toList())
                .toList();
        return Requests.of(1, 2, 3)
                .max(9)
                .sampling(new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(Q, 100f), 0, -1))
                .constrained(new OneOf(lists));
    }

    private static void assertEnds(Requests request, Integer... tokens) throws InterruptedException {
        try (TestEngine engine = TestEngine.roomy()) {
            Completion completion = engine.run(request);
            assertThat(completion.last()).isInstanceOf(TokenEvent.Finished.class);
            assertThat(completion.reason()).isEqualTo(FinishReason.STOP);
            assertThat(completion.tokens()).containsExactly(tokens);
        }
    }

    @Test
    void anEndThatTheTextNeedsEndsIt() throws Exception {
        assertEnds(oneOf(text(Q)).ends(Q));
        assertEnds(oneOf(text(P, Q, R)).ends(Q), P);
        assertEnds(oneOf(text(Q, P), text(R, P)).ends(Q));
    }

    @Test
    void tellsWhichTokenEndedIt() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            assertThat(engine.run(oneOf(text(P, Q, R)).ends(Q)).last())
                    .isEqualTo(new TokenEvent.Finished(FinishReason.STOP, new TokenEvent.Usage(3, 0, 1), Q));
            assertThat(engine.run(oneOf(text(P, Q)).ends(R)).last())
                    .isEqualTo(new TokenEvent.Finished(FinishReason.STOP, new TokenEvent.Usage(3, 0, 2)));
        }
    }

    @Test
    void anEndThatIsBannedIsNotChosenWhereSomethingElseIsLeft() throws Exception {
        assertEnds(oneOf(text(Q, P), text(R, P)).ends(Q).min(2), R, P);
        assertEnds(oneOf(text(), text(R)).ends(Q, 0).min(1), R);
    }

    @Test
    void anEndThatIsBannedIsTextWhereNothingElseIsLeft() throws Exception {
        assertEnds(oneOf(text(), text(Q)).ends(0, Q).min(1), Q);
        assertEnds(oneOf(text(P, Q, R)).ends(Q, P).min(3), P, Q, R);
        assertEnds(oneOf(text(P, Q, R, Q)).ends(Q).min(3), P, Q, R);
    }

    @Test
    void endsWhereNothingIsLeftAndTheTextIsWhole() throws Exception {
        assertEnds(oneOf(text(P), text(P, UNSAYABLE)), P);
        assertEnds(oneOf(text(P), text(P, UNSAYABLE)).ends(0).min(5), P);
        assertEnds(oneOf(text(P), text(P, UNSAYABLE)).ends(0), P);
    }

    @Test
    void failsWhereNothingIsLeftThoughTheTextIsNotWhole() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            for (Requests request : List.of(
                    oneOf(text(P, UNSAYABLE)),
                    oneOf(text(P, UNSAYABLE)).seed(1),
                    oneOf(text(P, UNSAYABLE)).ends(0, Q).min(4))) {
                Generation other = engine.submit(Requests.of(4, 5, 6).max(30));
                Completion completion = engine.run(request);
                assertThat(completion.tokens()).containsExactly(P);
                assertThat(completion.failure().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                assertThat(completion.failure())
                        .hasMessage(
                                "the text cannot go on as it was asked for: the model has no token for what must come next");
                assertThat(Completion.of(other).tokens()).hasSize(30);
            }
            assertThat(engine.engine.faults()).isZero();
        }
    }
}
