package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolVariants;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers are read on the device as the reference reads them. */
@Timeout(60)
final class AnswerReaderTest {
    @TempDir
    static Path directory;

    static TinyRunner llama;
    static AnswerReader reader;

    @BeforeAll
    static void load() {
        llama = TinyRunner.of(TinyCheckpoint.llama(), directory.resolve("llama"));
        reader = new AnswerReader(llama.base);
    }

    @AfterAll
    static void close() {
        llama.close();
    }

    private static List<Example> examples() {
        return List.of(
                new Example(llama.tokens(20, 1), 9),
                new Example(llama.tokens(2, 2), 1),
                new Example(llama.tokens(7, 4), 6));
    }

    private static void assertNear(float[] found, double[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("value %d", i).isCloseTo(expected[i], within(1e-4));
        }
    }

    @Test
    void rowsAreStatesAndErrorsAtThePositionsThatPredictTheAnswer() {
        Example example = examples().getFirst();
        double[][] states = ReferenceForecast.states(llama.reference, example);
        double[][] errors = ReferenceForecast.errors(llama.reference, example);
        int hidden = reader.hidden();
        double[] expected = new double[2 * states.length * hidden];
        for (int row = 0; row < states.length; row++) {
            System.arraycopy(states[row], 0, expected, row * hidden, hidden);
            System.arraycopy(errors[row], 0, expected, (states.length + row) * hidden, hidden);
        }
        assertNear(reader.rows(example), expected);
    }

    @Test
    void featuresOfAnExampleDoNotDependOnThoseReadWithIt() {
        Pool pool = TinyPool.foreseen(TinyPool.of(llama.config, "tiny", 2, 3, 7, Projection.Q), reader.hidden(), 4);
        GainForecast forecast = pool.forecast().orElseThrow();
        float[][] together = reader.features(examples(), forecast);
        for (int i = 0; i < together.length; i++) {
            assertNear(
                    together[i],
                    ReferenceForecast.features(llama.reference, examples().get(i), forecast));
        }
    }

    @Test
    void probabilitiesAreThoseOfTheBaseOrOfTheSharersWholeAdapter() {
        Pool pool = TinyPool.of(llama.config, "tiny", 3, 3, 7, Projection.values());
        assertNear(reader.logProbabilities(examples()), logProbabilities(Updates.NONE));
        SortedMap<Site, List<Choice>> all = new TreeMap<>();
        pool.sites().keySet().forEach(site -> all.put(site, List.of(new Choice("s1", 1))));
        float[] with = reader.logProbabilities(examples(), PoolVariants.of(pool, 1));
        assertNear(with, logProbabilities(ReferenceLora.of(pool, all, Merge.PRODUCT)));
        assertThatThrownBy(() -> reader.logProbabilities(examples(), pool))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 sharers");
    }

    @Test
    void manyExamplesAreReadInPartsOf8192TokensAtMost() {
        List<Example> examples = IntStream.range(0, 500)
                .mapToObj(i -> new Example(llama.tokens(20, i), 9))
                .toList();
        Pool one = PoolVariants.of(TinyPool.of(llama.config, "tiny", 2, 3, 7, Projection.Q), 1);
        float[] all = reader.logProbabilities(examples, one);
        int first = 8192 / 20;
        assertThat(Arrays.copyOf(all, first)).isEqualTo(reader.logProbabilities(examples.subList(0, first), one));
        assertThat(Arrays.copyOfRange(all, first, 500))
                .isEqualTo(reader.logProbabilities(examples.subList(first, 500), one));
    }

    private static double[] logProbabilities(Updates updates) {
        return examples().stream()
                .mapToDouble(example -> {
                    double[][] logits = llama.reference.logits(Sequence.of(example.tokens()), updates);
                    double sum = 0;
                    int count = 0;
                    for (int i = example.answerStart() - 1; i < example.tokens().length - 1; i++) {
                        sum += Math.log(ReferenceModel.softmax(logits[i])[example.tokens()[i + 1]]);
                        count++;
                    }
                    return sum / count;
                })
                .toArray();
    }

    @Test
    void ridgeFindsALinearFunctionAndIsHeldBackByItsStrength() {
        LinearFits fits = new LinearFits(llama.base);
        float[] features = {1, 0, 1, -1, 0, 1, 0, 2, 1, 0, -2, 1};
        float[] targets = new float[4 * 2];
        for (int row = 0; row < 4; row++) {
            float a = features[row * 3];
            float b = features[row * 3 + 1];
            targets[row * 2] = 3 * a - b + 5;
            targets[row * 2 + 1] = 7;
        }
        assertNear(fits.ridge(features, 3, targets, 1e-6), new double[] {3, -1, 5, 0, 0, 7});
        // Features do not covary, so each slope is divided by 1 + strength; the level stays.
        assertNear(fits.ridge(features, 3, targets, 1), new double[] {1.5, -0.5, 5, 0, 0, 7});
    }

    /** The distances were computed by numpy in float64, from the formula of the Javadoc. */
    @Test
    void usersAreAsFarApartAsTheirMeansAreBesideHowMuchTheirOwnRowsDiffer() {
        float[] rows = {4, 1, 0, 4, 3, 1, 4, -1, 1, 2, -3, -1, 5, 0, 1, 3, 0, -1, 1, 1, 2};
        float[] places = new LinearFits(llama.base).betweenUsers(rows, 3, new long[] {2, 2, 3}, 2);
        assertThat(places).hasSize(6);
        assertThat(distance(places, 0, 1)).isCloseTo(2.54443, within(1e-4));
        assertThat(distance(places, 0, 2)).isCloseTo(1.27212, within(1e-4));
        assertThat(distance(places, 1, 2)).isCloseTo(1.42866, within(1e-4));
        assertThat(Math.abs(places[1])).isCloseTo(1.24327f, within(1e-4f));
    }

    private static double distance(float[] places, int one, int other) {
        return Math.hypot(places[2 * one] - places[2 * other], places[2 * one + 1] - places[2 * other + 1]);
    }

    @Test
    void principalDirectionsAreThoseInWhichRowsAreLargest() {
        LinearFits fits = new LinearFits(llama.base);
        float[] rows = {0, 9, 0, 0, -9, 0, 4, 0, 0, 0, 0, 1};
        float[] found = fits.principal(rows, 3, 2);
        for (int i = 0; i < found.length; i++) {
            found[i] = Math.abs(found[i]);
        }
        assertNear(found, new double[] {1, 0, 0, 0, 1, 0});
    }
}
