package dev.piecewise.personalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.adapter.TinyPool;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From the moment at which a version without a sharer is published, nothing of theirs is served. */
@Timeout(60)
final class WithdrawalTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    @TempDir
    Path directory;

    private Path root;
    private PoolVersions versions;
    private Pool pool;

    @AutoClose
    private Store store;

    private PlanCache plans;

    @BeforeEach
    void publish() {
        ModelConfig config = ModelConfigReader.read(TinyModel.writeConfig(directory, TinyModel.config()));
        root = directory.resolve("pool");
        versions = new PoolVersions(root);
        versions.publish(PoolEdits.agreed(TinyPool.pool(config, 4), new Consent("all", NOON, 1)));
        store = Stores.open("jdbc:sqlite:" + directory.resolve("store.db"));
        pool = PoolReader.read(root);
        plans = cache(PoolWatch.of(root, pool));
        store.putUser("ann");
        store.putPlan("ann", plan("s0", "s1"));
        store.putUser("ben");
        store.putPlan("ben", plan("s0"));
        store.putUser("cas");
        store.putPlan("cas", plan("s2", "s3"));
    }

    private PlanCache cache(PoolWatch watch) {
        Editions editions = new Editions();
        editions.put(Optional.empty(), Edition.first(PoolReader.read(root), true, watch));
        return new PlanCache(store, editions, 100, new Freshness(System::nanoTime), (_, _) -> {});
    }

    /** Of these sharers in equal parts. */
    private Plan plan(String... sharers) {
        List<Choice> choices = Arrays.stream(sharers)
                .map(sharer -> new Choice(sharer, 1.0 / sharers.length))
                .toList();
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        pool.sites().keySet().forEach(site -> sites.put(site, choices));
        return new Plan(pool.base(), pool.hash(), Merge.PRODUCT, 2, sites, 1, NOON);
    }

    private Finding.Found found(String user) {
        assertThat(plans.find(user)).isInstanceOf(Finding.Found.class);
        return (Finding.Found) plans.find(user);
    }

    private void assertServed(String user, float... gains) {
        Finding.Found found = found(user);
        assertThat(found.gains().orElseThrow().gains().values())
                .allSatisfy(gain -> assertThat(gain).containsExactly(gains, within(1e-6f)));
        assertThat(found.plan().sites().values())
                .allSatisfy(choices -> assertThat(
                                choices.stream().mapToDouble(Choice::weight).sum())
                        .isCloseTo(1, within(1e-9)));
    }

    private void assertNobodyLeft(String user) {
        assertThat(plans.find(user)).isInstanceOfSatisfying(Finding.Missing.class, missing -> {
            assertThat(missing.reason()).contains("have withdrawn");
            assertThat(missing.code()).isEqualTo(ErrorCode.CONFLICT);
        });
    }

    @Test
    void plansOfARunningServerAreRenormalised() {
        assertServed("ann", 0.5f, 0.5f, 0, 0);
        assertServed("ben", 1, 0, 0, 0);
        String before = found("ann").gains().orElseThrow().fingerprint();
        versions.withdraw("s0", NOON);
        assertServed("ann", 0, 1, 0, 0);
        assertThat(found("ann").gains().orElseThrow().fingerprint()).isNotEqualTo(before);
        assertNobodyLeft("ben");
        assertServed("cas", 0, 0, 0.5f, 0.5f);
        versions.withdraw("s3", NOON);
        assertServed("cas", 0, 0, 1, 0);
        assertServed("ann", 0, 1, 0, 0);
    }

    @Test
    void plansOfAnEarlierVersionAreServedByALaterOne() {
        versions.withdraw("s0", NOON);
        plans = cache(PoolWatch.of(root, PoolReader.read(root)));
        assertServed("ann", 1, 0, 0);
        assertNobodyLeft("ben");
        assertServed("cas", 0, 0.5f, 0.5f);
        assertThat(found("ann").plan().pool()).isEqualTo(PoolReader.read(root).hash());
    }

    @Test
    void whenTheLastSharerWithdrawsNobodyIsServed() {
        for (String sharer : List.of("s1", "s2", "s3", "s0")) {
            versions.withdraw(sharer, NOON);
        }
        for (String user : List.of("ann", "ben", "cas")) {
            assertNobodyLeft(user);
        }
    }

    @Test
    void aWithdrawalThatWasKilledIsEndedByTheNextOne() {
        Path first = versions.versions().getFirst();
        versions.change(before -> PoolEdits.without(before, "s0", NOON));
        assertThat(first).isDirectory();
        PublishedPool.Taker taker = new PublishedPool.Taker() {
            @Override
            public void take(Pool newer, PoolWatch watch) {}

            @Override
            public void leave(Pool last) {}
        };
        try (PublishedPool published = new PublishedPool(root, PoolReader.read(root), PoolReader::read, taker)) {
            assertThat(published.withdraw("s0").versionsErased()).isEqualTo(1);
            assertThat(first).doesNotExist();
            assertThatThrownBy(() -> published.withdraw("s0"))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
        }
    }

    @Test
    void whatCannotBeFoundOutIsNotServed() throws Exception {
        Files.writeString(root.resolve("current"), "nonsense");
        assertThatThrownBy(() -> plans.find("ann"))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }
}
