package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PoolVariantsTest {
    @TempDir
    Path directory;

    private ModelConfig config;
    private Pool pool;

    @BeforeEach
    void makePool() {
        config = ModelConfigReader.read(TinyCheckpoint.llama().write(directory.resolve("tiny")));
        pool = TinyPool.of(config, "tiny", 10, 2, 1, Projection.Q, Projection.DOWN);
    }

    @Test
    void arrowKeysAreThoseOfAPoolThatNeverHadGates() {
        Pool imported = TinyPool.withoutGates(config, "tiny", 10, 2, 1, Projection.Q, Projection.DOWN);
        Pool variant = PoolVariants.withKeys(pool, Keys.ARROW);

        assertThat(variant.keys()).isEqualTo(Keys.ARROW);
        assertThat(variant.hash()).isNotEqualTo(pool.hash());
        for (Site site : pool.sites().keySet()) {
            assertThat(variant.stack(site).gate())
                    .isEqualTo(imported.stack(site).gate());
            assertThat(variant.stack(site).a()).isEqualTo(pool.stack(site).a());
        }
        assertThat(PoolVariants.withKeys(pool, Keys.GATES)).isSameAs(pool);
        assertThatThrownBy(() -> PoolVariants.withKeys(imported, Keys.GATES)).hasMessage("the pool has no gates");
    }

    @Test
    void aShareIsDrawnForEachSiteApart() {
        Pool variant = PoolVariants.sharing(pool, 0.35, 7);

        for (Site site : pool.sites().keySet()) {
            assertThat(IntStream.range(0, 10).filter(sharer -> variant.has(sharer, site)))
                    .hasSize(3);
        }
        assertThat(pool.sites().keySet().stream()
                        .map(site -> IntStream.range(0, 10)
                                .filter(sharer -> variant.has(sharer, site))
                                .boxed()
                                .toList())
                        .distinct()
                        .count())
                .isGreaterThan(1);
        assertThat(PoolVariants.sharing(pool, 0.35, 7).sharers()).isEqualTo(variant.sharers());
        assertThat(PoolVariants.sharing(pool, 0.01, 7).sharers())
                .filteredOn(sharer -> sharer.absent().size() < pool.sites().size())
                .isNotEmpty();
    }

    @Test
    void fewerSharersAreTheSameForAllSites() {
        Pool variant = PoolVariants.ofSharers(pool, 4, 7);

        assertThat(variant.sharers())
                .filteredOn(sharer -> sharer.absent().isEmpty())
                .hasSize(4);
        assertThat(variant.sharers())
                .filteredOn(sharer -> sharer.absent().size() == pool.sites().size())
                .hasSize(6);
        assertThat(PoolVariants.ofSharers(pool, 99, 7).sharers()).isEqualTo(pool.sharers());
    }
}
