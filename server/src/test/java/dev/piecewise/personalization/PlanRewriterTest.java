package dev.piecewise.personalization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.TinyPool;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import dev.piecewise.tenant.Tenant;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stored plans after a withdrawal, more of them than a page has. */
@Timeout(60)
final class PlanRewriterTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    private static final String ACME = new Tenant("acme").key("ann");

    @TempDir
    Path directory;

    private Store store;
    private Pool before;
    private Pool after;
    private PlanRewriter rewriter;
    private final Queue<String> assembled = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void open() {
        ModelConfig config = ModelConfigReader.read(TinyModel.writeConfig(directory, TinyModel.config()));
        before = TinyPool.pool(config, 4);
        after = PoolEdits.without(before, "s0", NOON);
        store = Stores.open("jdbc:sqlite:" + directory.resolve("store.db"));
        rewriter = new PlanRewriter(store, this::assemble);
        for (int i = 0; i < 450; i++) {
            put("many" + i, plan(before.hash(), "s0", "s1"));
        }
        put("ann", plan(before.hash(), "s0", "s1", "s2", "s3"));
        put(ACME, plan(before.hash(), "s3", "s0"));
        put("ben", plan(before.hash(), "s0"));
        put("cas", plan("another pool's", "s0"));
        put("dot", plan(before.hash(), "s0"));
    }

    @AfterEach
    void close() {
        rewriter.close();
        store.close();
    }

    private void assemble(String user) {
        assembled.add(user);
        if (user.equals("ben")) {
            store.putPlan(user, plan(after.hash(), "s2"));
        } else {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "the user has no history");
        }
    }

    private void put(String user, Plan plan) {
        store.putUser(user);
        store.putPlan(user, plan);
    }

    private Plan plan(String pool, String... sharers) {
        List<Choice> choices = Arrays.stream(sharers)
                .map(sharer -> new Choice(sharer, 1.0 / sharers.length))
                .toList();
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        before.sites().keySet().forEach(site -> sites.put(site, choices));
        return new Plan(before.base(), pool, Merge.PRODUCT, 4, sites, 1, NOON);
    }

    private static void await(BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    private List<Choice> choices(String user) {
        return store.plan(user).orElseThrow().sites().firstEntry().getValue();
    }

    @Test
    void everyPlanOfTheVersionIsMovedAndOthersStay() {
        rewriter.moveTo(after);
        await(() -> store.plan("dot").isEmpty());
        for (int i = 0; i < 450; i++) {
            assertThat(store.plan("many" + i)).contains(plan(after.hash(), "s1"));
        }
        double third = 1.0 / 3;
        assertThat(choices("ann"))
                .containsExactly(new Choice("s1", third), new Choice("s2", third), new Choice("s3", third));
        assertThat(choices(ACME)).containsExactly(new Choice("s3", 1));
        assertThat(choices("ben")).as("assembled anew").containsExactly(new Choice("s2", 1));
        assertThat(store.plan("cas")).contains(plan("another pool's", "s0"));
        assertThat(assembled).containsExactly("ben", "dot");
    }

    @Test
    void whenEverybodyIsGonePlansAreErased() {
        rewriter.end(Set.of(before.hash()));
        await(() -> store.plan("dot").isEmpty() && store.plan("many99").isEmpty());
        assertThat(store.plan("ann")).isEmpty();
        assertThat(store.plan("cas")).isPresent();
        assertThat(store.user("ann")).isPresent();
    }

    @Test
    void aPlanThatIsReplacedMeanwhileStays() {
        Plan newer = plan(after.hash(), "s3");
        store.editPlans("", "", 1000, plan -> {
            store.putPlan("ann", newer);
            return Optional.of(plan(after.hash(), "s1"));
        });
        assertThat(store.plan("ann")).contains(newer);
        assertThat(store.plan("many3")).contains(plan(after.hash(), "s1"));
    }
}
