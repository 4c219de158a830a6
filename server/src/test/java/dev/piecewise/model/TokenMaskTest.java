package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.StepResult.Row;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.engine.TokenMask;
import dev.piecewise.engine.TokenMask.Ends;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Draws with a mask are what they would be if the other tokens had a logit of minus infinity. */
@Timeout(60)
final class TokenMaskTest {
    private static final int VOCABULARY = 301;
    private static final int LENGTH = 5;
    private static final int[] NONE = {};
    private static final int[] END = {2};

    @TempDir
    static Path directory;

    @AutoClose
    static TinyRunner tiny;

    static int[] prompt;
    static double[] logprobs;

    @BeforeAll
    static void load() {
        tiny = TinyRunner.of(TinyCheckpoint.llama().with("vocab_size", VOCABULARY), directory);
        prompt = tiny.tokens(LENGTH, 1);
        logprobs = Distributions.byToken(Distributions.reported(run(draw(0, 0, VOCABULARY, null))));
    }

    @Test
    void takesTheLikeliestOfTheAllowedTokens() {
        Random random = new Random(4);
        for (int i = 0; i < 20; i++) {
            int[] allowed = random.ints(3, 3, VOCABULARY).toArray();
            Row row = run(draw(0, 0, -1, mask(false, allowed)));
            assertThat(row.token()).isEqualTo(likeliest(allowed));
        }
    }

    @Test
    void drawsFromTheAllowedTokensOnly() {
        int[] allowed = {70, 5, 300, 64, 63};
        for (Draw limits : List.of(draw(1, 0, -1, null), limited(3, 1), limited(0, 0.7))) {
            int[] drawn = IntStream.range(0, 40)
                    .map(i -> run(with(limits, i / 40.0, mask(false, allowed))).token())
                    .toArray();
            assertThat(allowed).contains(drawn);
        }
    }

    @Test
    void forbidsWhatIsBeyondAShortMask() {
        TokenMask mask = new TokenMask(new long[] {1L << 9}, NONE, Ends.NONE);
        assertThat(run(draw(0, 0, -1, mask)).token()).isEqualTo(9);
    }

    @Test
    void letsTheEndBeChosenOnlyWhereItMayBe() {
        assertThat(run(draw(0, 0, -1, mask(true))).token()).isEqualTo(2);
        TokenMask withoutEnd = new TokenMask(new long[] {1L << 2 | 1L << 40}, END, Ends.NONE);
        assertThat(run(draw(0, 0, -1, withoutEnd)).token()).isEqualTo(40);
        assertThat(run(draw(0, 0, -1, new TokenMask(new long[] {1L << 2}, END, Ends.AS_TEXT)))
                        .token())
                .isEqualTo(2);
    }

    @Test
    void reportsLogprobsOfTheAllowedTokensOnly() {
        TokenLogprobs reported = Distributions.reported(run(draw(0, 0, 4, mask(false, 10, 11))));
        double sum = Math.exp(logprobs[10]) + Math.exp(logprobs[11]);
        int best = likeliest(10, 11);
        assertThat(reported.topTokens()[0]).isEqualTo(best);
        assertThat((double) reported.logprob()).isCloseTo(Math.log(Math.exp(logprobs[best]) / sum), offset(1e-3));
        assertThat(reported.topLogprobs()[2]).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    @Test
    void leavesTheOtherDrawsOfAStepAndScoredPositionsAlone() {
        List<@Nullable TokenMask> masks = Arrays.asList(null, mask(false, 50), null, mask(false, 60, 61), null);
        List<Span> spans = new ArrayList<>();
        for (TokenMask mask : masks) {
            int extent = spans.size() * LENGTH;
            spans.add(new Span(
                    prompt, 0, LENGTH, extent, LENGTH, TinyRunner.BASE, -1, draw(0, 0, 3, mask), LENGTH - 1, 2));
        }
        List<Row> rows = tiny.run(spans.toArray(Span[]::new)).rows();
        int free = run(draw(0, 0, 3, null)).token();
        assertThat(rows.stream().mapToInt(Row::token)).containsExactly(free, 50, free, likeliest(60, 61), free);
        assertThat(rows.stream().map(row -> row.scores().getFirst().logprob()).distinct())
                .hasSize(1);
    }

    private static int likeliest(int... tokens) {
        return Arrays.stream(tokens)
                .boxed()
                .max((a, b) -> Double.compare(logprobs[a], logprobs[b]))
                .orElseThrow();
    }

    private static TokenMask mask(boolean mayEnd, int... allowed) {
        long[] words = new long[(VOCABULARY + 63) / 64];
        for (int token : allowed) {
            words[token >> 6] |= 1L << token;
        }
        return new TokenMask(words, END, mayEnd ? Ends.ALL : Ends.NONE);
    }

    private static Draw draw(double temperature, double uniform, int alternatives, @Nullable TokenMask mask) {
        return new Draw(temperature, 0, 1, 0, uniform, NONE, new float[0], NONE, 1, alternatives, mask);
    }

    private static Draw limited(int topK, double topP) {
        return new Draw(1, topK, topP == 0 ? 1 : topP, 0, 0, NONE, new float[0], NONE, 1, -1);
    }

    private static Draw with(Draw draw, double uniform, TokenMask mask) {
        return new Draw(
                draw.temperature(), draw.topK(), draw.topP(), 0, uniform, NONE, new float[0], NONE, 1, -1, mask);
    }

    private static Row run(Draw draw) {
        return tiny.run(new Span(prompt, 0, LENGTH, 0, LENGTH, TinyRunner.BASE, -1, draw, 0, 0))
                .rows()
                .getFirst();
    }
}
