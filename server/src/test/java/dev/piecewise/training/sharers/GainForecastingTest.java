package dev.piecewise.training.sharers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolVariants;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import dev.piecewise.model.AnswerReader;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.HiddenStates;
import dev.piecewise.model.LinearFits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is foretold is what trying the pieces showed. */
@Timeout(120)
final class GainForecastingTest {
    private static final int USERS = 9;
    private static final ExampleEncoder ENCODER =
            new ExampleEncoder((text, special) -> text.chars().map(c -> c % 64).toArray(), 1, 64);

    @TempDir
    static Path directory;

    private static BaseModel base;
    private static AnswerReader reader;
    private static GainForecasting forecasting;
    private static Pool pool;

    @BeforeAll
    static void load() {
        Path tiny = TinyCheckpoint.llama().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(tiny);
        try (Checkpoint checkpoint = Checkpoint.open(tiny)) {
            base = BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true));
        }
        reader = new AnswerReader(base);
        forecasting =
                new GainForecasting(reader, new LinearFits(base), new SiteScores(new HiddenStates(base)), ENCODER);
        pool = TinyPool.of(config, "tiny", 3, 2, 7, Projection.Q, Projection.O);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    /** Of whom the first are the pool's sharers. */
    private static List<UserHistory> users() {
        return IntStream.range(0, USERS)
                .mapToObj(user -> new UserHistory(
                        "s" + user,
                        IntStream.range(0, 5)
                                .mapToObj(i ->
                                        new HistoryItem(null, null, "what of " + i, " %s".formatted("word" + user * i)))
                                .toList()))
                .toList();
    }

    private static List<Example> items() {
        return users().stream()
                .flatMap(user -> user.items().stream())
                .flatMap(item -> ENCODER.encode(item).stream())
                .toList();
    }

    @Test
    void inTheMeanOverAllItemsAForecastIsTheGainBesideTheOtherSharers() {
        List<Integer> tried = new ArrayList<>();
        GainForecast forecast = forecasting.of(pool, users(), tried::add);
        assertThat(tried).containsExactly(1, 2, 3);
        float[] alone = reader.logProbabilities(items());
        float[] gains = new float[3 * alone.length];
        for (int sharer = 0; sharer < 3; sharer++) {
            float[] with = reader.logProbabilities(items(), PoolVariants.of(pool, sharer));
            for (int item = 0; item < alone.length; item++) {
                gains[item * 3 + sharer] = with[item] - alone[item];
            }
        }
        GainForecasting.centre(gains, 3);
        float[][] features = reader.features(items(), forecast);
        for (int sharer = 0; sharer < 3; sharer++) {
            double gain = 0;
            double foretold = 0;
            for (int item = 0; item < features.length; item++) {
                gain += gains[item * 3 + sharer] / features.length;
                for (int i = 0; i < features[item].length; i++) {
                    foretold += forecast.of(sharer)[i] * (double) features[item][i] / features.length;
                }
            }
            assertThat(foretold).isCloseTo(gain, within(1e-3));
            assertThat(Math.abs(gain)).isGreaterThan(1e-2);
        }
        assertThat(reader.layers()).isEqualTo(2);
        assertThat(forecast.scales()).hasSize(4).satisfies(scales -> {
            assertThat(scales[0]).isPositive();
            assertThat(scales[1]).isZero();
            assertThat(scales[2]).isZero();
            assertThat(scales[3]).isPositive();
        });
    }

    @Test
    void gainsOfAnItemAreToldBesideThoseOfOtherSharers() {
        float[] gains = {1, 3, -0.5f, 0, 5, 5};
        GainForecasting.centre(gains, 2);
        assertThat(gains).containsExactly(-1, 1, -0.25f, 0.25f, 0, 0);
    }

    @Test
    void whoComesLaterIsForetoldInTheSameTerms() {
        GainForecast forecast = forecasting.of(pool, users(), tried -> {});
        List<float[]> later = forecasting.newcomers(forecast, pool, 2, users(), tried -> {});
        assertThat(later).hasSize(1);
        assertThat(later.getFirst()).usingComparatorWithPrecision(1e-3f).containsExactly(forecast.of(2));
    }

    @Test
    void nothingToReadIsRefused() {
        List<UserHistory> silent = List.of(new UserHistory("s0", List.of()));
        assertThatThrownBy(() -> forecasting.of(pool, silent, tried -> {}))
                .hasMessageContaining("no user has an item that anything can be learned from");
    }
}
