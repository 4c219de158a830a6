package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Draws are what a plain reading of temperature, top-k, top-p and min-p gives for the logits and the uniform number. */
@Timeout(60)
final class SamplingTest {
    private static final int[] NONE = {};
    private static final float[] NO_BIAS = {};
    private static final int VOCABULARY = 2500;
    private static final int LENGTH = 6;

    @TempDir
    static Path directory;

    @AutoClose
    static TinyRunner tiny;

    /** Of the prompt's last position, as reported by the script itself. */
    static double[] logprobs;

    static int[] prompt;

    @BeforeAll
    static void load() {
        tiny = TinyRunner.of(TinyCheckpoint.llama().with("vocab_size", VOCABULARY), directory);
        prompt = tiny.tokens(LENGTH, 1);
        logprobs = Distributions.byToken(Distributions.reported(draw(plain(0, 0, VOCABULARY))));
    }

    private static Draw plain(double temperature, double uniform, int alternatives) {
        return new Draw(temperature, 0, 1, 0, uniform, NONE, NO_BIAS, NONE, 1, alternatives);
    }

    private static Draw limited(double temperature, int topK, double topP, double minP, double uniform) {
        return new Draw(temperature, topK, topP, minP, uniform, NONE, NO_BIAS, NONE, 1, -1);
    }

    private static Span span(Draw draw, int extent) {
        return new Span(prompt, 0, LENGTH, extent, LENGTH, TinyRunner.BASE, -1, draw, 0, 0);
    }

    private static StepResult.Row draw(Draw draw) {
        return tiny.run(span(draw, 0)).rows().getFirst();
    }

    /** The tokens of one step that draws from the same logits with each of these. */
    private static int[] draws(List<Draw> draws) {
        Span[] spans = new Span[draws.size()];
        Arrays.setAll(spans, i -> span(draws.get(i), i * LENGTH));
        return tiny.run(spans).rows().stream().mapToInt(StepResult.Row::token).toArray();
    }

    /** Tokens and their shares, likeliest first, as the limits leave them. */
    private record Nucleus(int[] tokens, double[] shares) {
        static Nucleus of(double[] logits, double temperature, int topK, double topP, double minP) {
            double[] all = ReferenceModel.softmax(
                    Arrays.stream(logits).map(logit -> logit / temperature).toArray());
            double most = Arrays.stream(all).max().orElseThrow();
            int[] order = IntStream.range(0, all.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer token) -> -all[token]))
                    .filter(token -> all[token] >= minP * most)
                    .limit(topK > 0 ? topK : all.length)
                    .mapToInt(token -> token)
                    .toArray();
            double whole = Arrays.stream(order).mapToDouble(token -> all[token]).sum();
            int kept = 0;
            double mass = 0;
            while (kept < order.length && (kept == 0 || topP == 1 || mass < topP * whole)) {
                mass += all[order[kept++]];
            }
            double total = mass;
            int[] tokens = Arrays.copyOf(order, kept);
            return new Nucleus(
                    tokens,
                    Arrays.stream(tokens)
                            .mapToDouble(token -> all[token] / total)
                            .toArray());
        }

        /** Vocabulary order, as draws without limits go through it. */
        Nucleus byToken() {
            Integer[] order = IntStream.range(0, tokens.length).boxed().toArray(Integer[]::new);
            Arrays.sort(order, Comparator.comparingInt(i -> tokens[i]));
            return new Nucleus(
                    Arrays.stream(order).mapToInt(i -> tokens[i]).toArray(),
                    Arrays.stream(order).mapToDouble(i -> shares[i]).toArray());
        }

        /** The token at this point of the distribution function; every one that it could be within rounding. */
        Set<Integer> at(double uniform) {
            Set<Integer> possible = new HashSet<>();
            double mass = 0;
            for (int i = 0; i < tokens.length; i++) {
                double next = i == tokens.length - 1 ? 1 : mass + shares[i];
                if (uniform > mass - 1e-6 && uniform < next + 1e-6 && shares[i] > 0) {
                    possible.add(tokens[i]);
                }
                mass = next;
            }
            return possible;
        }
    }

    private static double[] sweep(long seed) {
        double[] uniforms = new Random(seed).doubles(40).toArray();
        uniforms[0] = 0;
        uniforms[1] = 0.999999;
        uniforms[2] = 0.5;
        return uniforms;
    }

    /** Asserts the drawn tokens; most of the sweep must leave no doubt about which token it is. */
    private static void assertDrawn(int[] drawn, double[] uniforms, Nucleus nucleus) {
        int certain = 0;
        for (int i = 0; i < uniforms.length; i++) {
            Set<Integer> possible = nucleus.at(uniforms[i]);
            assertThat(drawn[i]).as("uniform %s", uniforms[i]).isIn(possible);
            certain += possible.size() == 1 ? 1 : 0;
        }
        assertThat(certain).isGreaterThanOrEqualTo(uniforms.length - 4);
    }

    @ParameterizedTest
    @CsvSource({"1", "0.3", "1.7", "0.05", "20"})
    void temperatureAloneDrawsFromTheWholeVocabulary(double temperature) {
        double[] uniforms = sweep(1);
        int[] drawn = draws(Arrays.stream(uniforms)
                .mapToObj(uniform -> plain(temperature, uniform, -1))
                .toList());
        assertDrawn(drawn, uniforms, Nucleus.of(logprobs, temperature, 0, 1, 0).byToken());
    }

    @ParameterizedTest
    @CsvSource({
        "1,    1, 1,    0",
        "1,    7, 1,    0",
        "2,  300, 1,    0",
        "1,    0, 0.5,  0",
        "1,    0, 0.95, 0",
        "0.7,  0, 0.01, 0",
        "1,    0, 1,    0.05",
        "1.5,  0, 1,    0.6",
        "1,    0, 1,    1",
        "0.9, 40, 0.8,  0",
        "1.3, 40, 0.8,  0.02",
        "1.3,  0, 0.7,  0.002",
        "1, 9999, 0.9,  0",
        "8,    0, 0.97, 0",
        "30,   0, 0.999, 0",
        "30, 2000, 0.9,  0",
        "30,   0, 1,     0.5"
    })
    void limitsLeaveANucleusToDrawFrom(double temperature, int topK, double topP, double minP) {
        double[] uniforms = sweep(2);
        int[] drawn = draws(Arrays.stream(uniforms)
                .mapToObj(uniform -> limited(temperature, topK, topP, minP, uniform))
                .toList());
        assertDrawn(drawn, uniforms, Nucleus.of(logprobs, temperature, topK, topP, minP));
    }

    @Test
    void aNucleusOfMoreThanAThousandTokensIsWhole() {
        assertThat(Nucleus.of(logprobs, 30, 0, 0.999, 0).tokens).hasSizeGreaterThan(2000);
        int last = Nucleus.of(logprobs, 30, 0, 0.9, 0).tokens.length - 1;
        assertThat(last).isGreaterThan(1500);
        assertThat(draw(limited(30, 0, 0.9, 0, 0.9999999)).token())
                .isIn(IntStream.rangeClosed(last - 3, last)
                        .mapToObj(i -> Nucleus.of(logprobs, 30, 0, 0.9, 0).tokens[i])
                        .toList());
    }

    @Test
    void theLikeliestTokenIsTakenWhereNothingElseIsLeft() {
        int best = ReferenceModel.likeliest(logprobs);
        for (Draw draw : List.of(
                plain(0, 0.7, -1),
                plain(1e-9, 0.7, -1),
                plain(1e-60, 0.7, -1),
                limited(1, 0, 0, 0, 0.7),
                limited(1, 0, 1e-60, 0, 0.99),
                limited(1, 1, 0.5, 0.5, 0.999))) {
            assertThat(draw(draw).token()).as("%s", draw).isEqualTo(best);
        }
    }

    @Test
    void noUniformNumberDrawsATokenThatIsBanned() {
        int[] banned = IntStream.range(0, VOCABULARY)
                .filter(token -> token < 3 || token > VOCABULARY - 4)
                .toArray();
        float[] away = new float[banned.length];
        Arrays.fill(away, Float.NEGATIVE_INFINITY);
        List<Draw> draws = new ArrayList<>();
        for (double uniform : new double[] {0, Double.MIN_VALUE, 0.99999999, Math.nextDown(1.0)}) {
            draws.add(new Draw(1, 0, 1, 0, uniform, banned, away, NONE, 1, -1));
            draws.add(new Draw(1, 0, 0.9999999, 0, uniform, banned, away, NONE, 1, -1));
        }
        assertThat(draws(draws)).doesNotContain(banned);
    }

    @Test
    void whatElseIsInTheBatchDoesNotChangeADraw() {
        Random random = new Random(3);
        List<Draw> draws = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            draws.add(
                    switch (i % 4) {
                        case 0 ->
                            limited(0.8, random.nextInt(50), 0.5 + random.nextDouble() / 2, 0, random.nextDouble());
                        case 1 -> plain(1.2, random.nextDouble(), random.nextInt(5));
                        case 2 ->
                            new Draw(
                                    1,
                                    0,
                                    1,
                                    0,
                                    random.nextDouble(),
                                    new int[] {i, 7},
                                    new float[] {3, -2},
                                    NONE,
                                    1,
                                    -1);
                        default ->
                            new Draw(0.9, 5, 1, 0, random.nextDouble(), NONE, NO_BIAS, new int[] {i, 9, 4}, 1.5f, 2);
                    });
        }
        int[] together = draws(draws);
        for (int i = 0; i < draws.size(); i++) {
            assertThat(together[i]).isEqualTo(draw(draws.get(i)).token());
        }
        TokenLogprobs alone = Distributions.reported(draw(draws.get(1)));
        assertThat(alone.topTokens()).hasSize(draws.get(1).logprobs());
    }
}
