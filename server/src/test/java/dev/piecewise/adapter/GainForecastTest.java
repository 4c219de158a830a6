package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.TinyModel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A forecast belongs to its pool: it is stored, hashed and edited with it. */
final class GainForecastTest {
    private static final float[] DIRECTION = {1, 2, 3};
    private static final float[] OTHER = {4, 5, 6};

    @TempDir
    Path directory;

    private ModelConfig base;

    @BeforeEach
    void readTheBase() {
        base = ModelConfigReader.read(TinyModel.writeConfig(directory.resolve("base"), TinyModel.config()));
    }

    /** Of one direction, so of four products. */
    private static GainForecast forecast(float... weights) {
        return new GainForecast(3, 1, new float[] {0.5f, 2}, DIRECTION, OTHER, weights);
    }

    private Pool foreseen(float... weights) {
        return PoolEdits.foreseen(TinyPool.pool(base, 2), forecast(weights));
    }

    @Test
    void isReadBackAsItWasWrittenAndIsPartOfTheContent() {
        Pool pool = foreseen(1, 2, 3, 4, 5, 6, 7, 8);
        PoolWriter.write(pool, directory.resolve("pool"));
        Pool back = PoolReader.read(directory.resolve("pool"));
        assertThat(back.hash())
                .isEqualTo(pool.hash())
                .isNotEqualTo(TinyPool.pool(base, 2).hash())
                .isNotEqualTo(foreseen(1, 2, 3, 4, 5, 6, 7, 9).hash());
        GainForecast forecast = back.forecast().orElseThrow();
        assertThat(forecast.hidden()).isEqualTo(3);
        assertThat(forecast.rank()).isEqualTo(1);
        assertThat(forecast.siteScale(1)).isEqualTo(0.5f);
        assertThat(forecast.gainScale(1)).isEqualTo(2);
        assertThat(forecast.states()).isEqualTo(DIRECTION);
        assertThat(forecast.errors()).isEqualTo(OTHER);
        assertThat(forecast.of(1)).containsExactly(5, 6, 7, 8);
    }

    @Test
    void countsInEachLayerByScalesOfItsOwn() {
        GainForecast forecast = forecast(1, 2, 3, 4, 5, 6, 7, 8).scaled(new float[] {1, 2, 3, 4});
        Pool pool = PoolEdits.foreseen(TinyPool.pool(base, 2), forecast);
        PoolWriter.write(pool, directory.resolve("pool"));
        Pool back = PoolReader.read(directory.resolve("pool"));
        assertThat(back.hash()).isNotEqualTo(foreseen(1, 2, 3, 4, 5, 6, 7, 8).hash());
        GainForecast read = back.forecast().orElseThrow();
        assertThat(read.siteScale(0)).isEqualTo(1);
        assertThat(read.gainScale(0)).isEqualTo(2);
        assertThat(read.siteScale(1)).isEqualTo(3);
        assertThat(read.gainScale(1)).isEqualTo(4);
        assertThat(read.isFor(2)).isTrue();
        assertThat(read.isFor(3)).isFalse();
        assertThat(forecast(1, 2, 3, 4).isFor(3)).isTrue();
    }

    @Test
    void forgetsASharerWhoWithdraws() {
        Pool rest = PoolEdits.without(foreseen(1, 2, 3, 4, 5, 6, 7, 8), "s0", Instant.EPOCH);
        assertThat(rest.forecast().orElseThrow().weights()).containsExactly(5, 6, 7, 8);
        Pool among = PoolEdits.among(foreseen(1, 2, 3, 4, 5, 6, 7, 8), Set.of("s0"));
        assertThat(among.forecast().orElseThrow().weights()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void expectsOfANewcomerWhatIsKnownOrTheMean() {
        Pool pool = foreseen(1, 2, 3, 4, 5, 6, 7, 8);
        Contribution unknown =
                TinyPool.contribution("new", TinyPool.adapter(base, 2, 9, Projection.Q, Projection.DOWN));
        assertThat(PoolEdits.with(pool, unknown).forecast().orElseThrow().of(2)).containsExactly(3, 4, 5, 6);
        Contribution known = unknown.foreseen(new float[] {9, 9, 9, 1});
        assertThat(PoolEdits.with(pool, known).forecast().orElseThrow().of(2)).containsExactly(9, 9, 9, 1);
        assertThat(PoolEdits.with(TinyPool.pool(base, 2), known).forecast()).isEmpty();
    }

    @Test
    void ofAVariantIsLeftOutWithOtherKeysOrWhenAsked() {
        Pool pool = foreseen(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(PoolVariants.ofSharers(pool, 1, 3).forecast()).isEqualTo(pool.forecast());
        assertThat(PoolVariants.withoutForecast(pool).forecast()).isEmpty();
        assertThat(PoolVariants.of(pool, 1).forecast()).isEmpty();
        assertThat(PoolVariants.of(pool, 1).sharers())
                .extracting(Pool.Sharer::id)
                .containsExactly("s1");
    }

    @Test
    void thatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> foreseen(1, 2, 3, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the forecast is of 1 sharers, the pool has 2");
        assertThatThrownBy(() -> forecast(1, 2, 3)).hasMessageContaining("of width 3 have 3, 3 and 3 values");
        assertThatThrownBy(() -> new GainForecast(3, 1, new float[] {-1, 1}, DIRECTION, OTHER, new float[4]))
                .hasMessageContaining("not negative");
        assertThatThrownBy(() -> forecast(1, 2, 3, 4).scaled(new float[] {1, 2, 3}))
                .hasMessageContaining("pairs of scales");
        Pool pool = foreseen(1, 2, 3, 4, 5, 6, 7, 8);
        PoolWriter.write(pool, directory.resolve("pool"));
        assertThatThrownBy(() -> PoolReader.read(directory.resolve("pool"), base, "base"))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("a forecast for states of width 3");
        GainForecast tall = new GainForecast(
                base.hidden(), 1, new float[6], new float[base.hidden()], new float[base.hidden()], new float[8]);
        PoolWriter.write(PoolEdits.foreseen(TinyPool.pool(base, 2), tall), directory.resolve("tall"));
        assertThatThrownBy(() -> PoolReader.read(directory.resolve("tall"), base, "base"))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("a forecast for 3 layers; the base model has 2");
        Pool infinite = foreseen(1, 2, 3, 4, 5, 6, 7, Float.NaN);
        PoolWriter.write(infinite, directory.resolve("nan"));
        assertThatThrownBy(() -> PoolReader.read(directory.resolve("nan")))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("forecast.weights");
        assertThat(pool.forecast()).isNotEqualTo(Optional.empty());
    }
}
