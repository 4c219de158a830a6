package dev.piecewise.personalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.adapter.TinyPool;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who withdraws is gone at once, whether the new version can be served as a whole or not. */
@Timeout(60)
final class PartlyServedVersionTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    @TempDir
    Path directory;

    @AutoClose
    private PersonalizerFixture with;

    private ModelConfig config;
    private LocalPersonalizer personalizer;

    @BeforeEach
    void serve() {
        with = new PersonalizerFixture(directory);
        config = ModelConfigReader.read(directory);
        personalizer = with.personalizer(AdapterMode.RESIDENT, UnknownUser.BASE);
        with.store.putUser("ann");
        with.store.putPlan("ann", with.planOf(with.pool.hash()));
    }

    private Pool grown() {
        return PoolEdits.with(
                with.pool, TinyPool.contribution("new", TinyPool.adapter(config, 2, 9, Projection.Q, Projection.DOWN)));
    }

    private Optional<Replaced> take(Pool newer) {
        return personalizer.versions().take(Optional.empty(), newer, PoolWatch.NONE);
    }

    private float[] gains() {
        return ((Adaptation.Resident) personalizer
                        .resolve("ann", Mode.ASSEMBLED, PersonalizerFixture.ANY)
                        .adaptation())
                .gains()
                .values()
                .iterator()
                .next();
    }

    @Test
    void aVersionThatIsNotOnTheDeviceIsRefusedWhereNobodyHasWithdrawn() {
        assertThatThrownBy(() -> take(grown()))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));

        assertThat(gains()).containsExactly(0.5f, 0.5f, 0, 0);
    }

    @Test
    void whoWithdrawsLeavesTheDeviceThoughSomebodyElseIsNotOnIt() {
        Pool newer = PoolEdits.without(grown(), "s0", NOON);

        Replaced replaced = take(newer).orElseThrow();

        assertThat(replaced.version()).isEqualTo(with.pool.hash());
        assertThat(replaced.left()).isTrue();
        assertThat(replaced.columns()).containsExactly(0);
        assertThat(gains()).containsExactly(0, 1, 0, 0);
        Served served = personalizer.resolve("ann", Mode.ASSEMBLED, PersonalizerFixture.ANY);
        assertThat(served.pool()).contains(newer.hash());
    }

    @Test
    void plansAreMadeOfThoseOnTheDeviceThen() {
        Pool newer = PoolEdits.without(grown(), "s0", NOON);
        take(newer);
        with.store.append("ann", PersonalizerFixture.history("x"));

        assertThat(personalizer.assemble("ann").pool()).isEqualTo(newer.hash());

        assertThat(gains()).containsExactly(0, 0.5f, 0.5f, 0);
        assertThat(take(PoolEdits.without(newer, "s2", NOON)).orElseThrow().columns())
                .containsExactly(2);
        assertThat(gains()).containsExactly(0, 1, 0, 0);
    }

    @Test
    void nobodyIsServedFromAVersionOfWhichNothingIsOnTheDevice() {
        Pool newer = grown();
        for (String sharer : Set.of("s0", "s1", "s2", "s3")) {
            newer = PoolEdits.without(newer, sharer, NOON);
        }

        assertThat(take(newer).orElseThrow().columns()).containsExactlyInAnyOrder(0, 1, 2, 3);

        Served served = personalizer.resolve("ann", Mode.AUTO, PersonalizerFixture.ANY);
        PersonalizerFixture.assertBase(
                served,
                "a pool's new version is served without those whose pieces are not on the device; restart to serve them");
    }
}
