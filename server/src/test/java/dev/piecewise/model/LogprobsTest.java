package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Penalties and biases change what is drawn; reported log-probabilities are the model's own. */
@Timeout(60)
final class LogprobsTest {
    private static final int[] NONE = {};
    private static final int LENGTH = 12;

    @TempDir
    static Path directory;

    @AutoClose
    static TinyRunner tiny;

    static int[] prompt;

    /** After each token of the prompt. */
    static double[][] logits;

    @BeforeAll
    static void load() {
        tiny = TinyRunner.of(TinyCheckpoint.llama(), directory);
        prompt = tiny.tokens(LENGTH, 1);
        logits = tiny.reference.logits(Sequence.of(prompt), Updates.NONE);
    }

    private static Span span(Draw draw) {
        return new Span(prompt, 0, LENGTH, 0, LENGTH, TinyRunner.BASE, -1, draw, 0, 0);
    }

    private static Draw greedy(int[] biasTokens, float[] biases, int[] repeated, float penalty, int logprobs) {
        return new Draw(0, 0, 1, 0, 0, biasTokens, biases, repeated, penalty, logprobs);
    }

    private static StepResult.Row draw(Draw draw) {
        return tiny.run(span(draw)).rows().getFirst();
    }

    private static double[] last() {
        return logits[LENGTH - 1].clone();
    }

    private static double logprob(int position, int token) {
        return Distributions.logSoftmax(logits[position])[token];
    }

    @Test
    void biasesAreAddedAndAddUp() {
        int best = ReferenceModel.likeliest(last());
        double lead = last()[best] - last()[40];
        float half = (float) (lead / 2);
        assertThat(draw(greedy(new int[] {40}, new float[] {half}, NONE, 1, -1)).token())
                .isEqualTo(best);
        assertThat(draw(greedy(new int[] {40, 40, 40}, new float[] {half, half, 0.1f}, NONE, 1, -1))
                        .token())
                .isEqualTo(40);
    }

    @Test
    void aBannedTokenIsNotTaken() {
        double[] left = last();
        int[] banned = new int[5];
        float[] away = new float[5];
        for (int i = 0; i < banned.length; i++) {
            banned[i] = ReferenceModel.likeliest(left);
            away[i] = Float.NEGATIVE_INFINITY;
            left[banned[i]] = Double.NEGATIVE_INFINITY;
        }
        assertThat(draw(greedy(banned, away, NONE, 1, -1)).token()).isEqualTo(ReferenceModel.likeliest(left));
    }

    @Test
    void repetitionDividesPositiveLogits() {
        double[] left = last();
        int best = ReferenceModel.likeliest(left);
        left[best] /= 1.5;
        assertThat(draw(greedy(NONE, new float[0], new int[] {best, best}, 1.5f, -1))
                        .token())
                .isEqualTo(ReferenceModel.likeliest(left))
                .isNotEqualTo(best);
    }

    /** Where only negative logits are left, the best of them falls behind the second. */
    @Test
    void repetitionMultipliesNegativeLogits() {
        double[] left = last();
        int[] positive =
                IntStream.range(0, left.length).filter(token -> left[token] > 0).toArray();
        float[] away = new float[positive.length];
        Arrays.fill(away, Float.NEGATIVE_INFINITY);
        for (int token : positive) {
            left[token] = Double.NEGATIVE_INFINITY;
        }
        int best = ReferenceModel.likeliest(left);
        double lead = left[best];
        left[best] = Double.NEGATIVE_INFINITY;
        int second = ReferenceModel.likeliest(left);
        float penalty = (float) (1.5 * left[second] / lead);
        assertThat(draw(greedy(positive, away, NONE, 1, -1)).token()).isEqualTo(best);
        assertThat(draw(greedy(positive, away, new int[] {best}, penalty, -1)).token())
                .isEqualTo(second);
    }

    @Test
    void repetitionComesBeforeBias() {
        int best = ReferenceModel.likeliest(last());
        double[] left = last();
        left[best] = left[best] / 10 + 1;
        Draw draw = greedy(new int[] {best}, new float[] {1}, new int[] {best}, 10, -1);
        assertThat(draw(draw).token()).isEqualTo(ReferenceModel.likeliest(left));
    }

    @Test
    void logprobsAreThoseBeforeTemperaturePenaltiesAndBias() {
        int best = ReferenceModel.likeliest(last());
        Draw draw = new Draw(
                0.5, 3, 0.9, 0.01, 0.3, new int[] {best, 50}, new float[] {-100, 60}, new int[] {50, 51}, 2, 96);
        StepResult.Row row = draw(draw);
        TokenLogprobs reported = Distributions.reported(row);
        assertThat(row.token()).isEqualTo(50);
        assertThat(reported.token()).isEqualTo(50);
        assertThat((double) reported.logprob()).isCloseTo(logprob(LENGTH - 1, 50), within(1e-4));
        Distributions.assertSame(List.of(reported), logits, LENGTH - 1, Distributions.CLOSE);
    }

    @Test
    void alternativesAreTheLikeliestInOrder() {
        TokenLogprobs reported = Distributions.reported(draw(greedy(NONE, new float[0], NONE, 1, 7)));
        double[] left = Distributions.logSoftmax(last());
        for (int i = 0; i < 7; i++) {
            int best = ReferenceModel.likeliest(left);
            assertThat(reported.topTokens()[i]).isEqualTo(best);
            assertThat((double) reported.topLogprobs()[i]).isCloseTo(left[best], within(1e-4));
            left[best] = Double.NEGATIVE_INFINITY;
        }
        assertThat(reported.topTokens()).hasSize(7);
    }

    @Test
    void logprobsMayBeAskedForWithoutAlternatives() {
        TokenLogprobs reported = Distributions.reported(draw(greedy(NONE, new float[0], NONE, 1, 0)));
        assertThat(reported.topTokens()).isEmpty();
        assertThat((double) reported.logprob()).isCloseTo(logprob(LENGTH - 1, reported.token()), within(1e-4));
    }

    @Test
    void promptPositionsAreScoredAgainstTheTokenThatFollows() {
        Draw draw = greedy(NONE, new float[0], NONE, 1, 3);
        Span scored = new Span(prompt, 0, LENGTH, 0, LENGTH, TinyRunner.BASE, -1, draw, LENGTH - 1, 2);
        Span silent = new Span(prompt, 0, LENGTH, 100, LENGTH, TinyRunner.BASE, -1, Draw.GREEDY, 0, 0);
        Span partly = new Span(prompt, 0, 8, 200, LENGTH, TinyRunner.BASE, -1, null, 5, 4);
        List<StepResult.Row> rows = tiny.run(silent, scored, partly).rows();
        assertThat(rows.get(0).scores()).isEmpty();
        assertThat(rows.get(0).logprobs()).isNull();
        assertThat(rows.get(1).token()).isEqualTo(ReferenceModel.likeliest(last()));
        TokenLogprobs drawn = Distributions.reported(rows.get(1));
        assertThat(drawn.topTokens()).hasSize(3);
        assertScores(rows.get(1).scores(), LENGTH - 1, 2);
        assertThat(rows.get(2).token()).isEqualTo(-1);
        assertScores(rows.get(2).scores(), 5, 4);
    }

    private static void assertScores(List<TokenLogprobs> scores, int count, int alternatives) {
        assertThat(scores).hasSize(count);
        for (int i = 0; i < count; i++) {
            TokenLogprobs score = scores.get(i);
            assertThat(score.token()).isEqualTo(prompt[i + 1]);
            assertThat((double) score.logprob()).isCloseTo(logprob(i, prompt[i + 1]), within(1e-4));
            double own = logits[i][prompt[i + 1]];
            assertThat(score.rank()).isEqualTo((int)
                    Arrays.stream(logits[i]).filter(logit -> logit >= own).count());
            assertThat(score.topTokens()).hasSize(alternatives);
            assertThat(score.topTokens()[0]).isEqualTo(ReferenceModel.likeliest(logits[i]));
        }
    }

    @Test
    void theMiddleOfAPromptGivesNothing() {
        Span middle = new Span(prompt, 0, 5, 0, LENGTH, TinyRunner.BASE, -1, null, 0, 0);
        StepResult.Row row = tiny.run(middle).rows().getFirst();
        assertThat(row.token()).isEqualTo(-1);
        assertThat(row.logprobs()).isNull();
        assertThat(row.scores()).isEmpty();
    }
}
