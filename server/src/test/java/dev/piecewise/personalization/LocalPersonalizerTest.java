package dev.piecewise.personalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.AdapterCache;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Assembler.Selection;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.TinyPool;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With a real store, a tiny pool of four sharers with pieces of rank 2, and a selector that always takes the first k of them. */
@Timeout(60)
final class LocalPersonalizerTest {
    private static final Optional<Merge> ANY = Optional.empty();
    private static final Adaptation.Base BASE = new Adaptation.Base("base");

    @TempDir
    Path directory;

    private final List<List<Example>> selections = Collections.synchronizedList(new ArrayList<>());
    private final List<Double> assemblySeconds = Collections.synchronizedList(new ArrayList<>());
    private final List<Double> mergeSeconds = Collections.synchronizedList(new ArrayList<>());
    private final AdapterCache adapters = new AdapterCache(1 << 20, mergeSeconds::add);
    private Store store;
    private Pool pool;
    private volatile CountDownLatch selecting = new CountDownLatch(1);
    private volatile CountDownLatch maySelect = new CountDownLatch(0);

    @BeforeEach
    void open() {
        ModelConfig config = ModelConfigReader.read(TinyModel.writeConfig(directory, TinyModel.config()));
        pool = TinyPool.pool(config, 4);
        store = Stores.open("jdbc:sqlite:" + directory.resolve("store.db"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void withoutUserOrPlanTheBaseAnswersAndSaysWhy() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        store.append("ann", history("x"));
        assertBase(personalizer.resolve("", Mode.AUTO, ANY), "no user");
        assertBase(personalizer.resolve("ann", Mode.AUTO, ANY), "user has no plan");
        assertBase(personalizer.resolve("nobody", Mode.AUTO, ANY), "user has no plan");
        personalizer.assemble("ann");
        assertBase(personalizer.resolve("ann", Mode.BASE, ANY), "mode base");
    }

    @Test
    void withoutAPlanAUserCanBeRefused() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.REJECT);
        assertBase(personalizer.resolve("", Mode.AUTO, ANY), "no user");
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.resolve("ann", Mode.AUTO, ANY));
    }

    @Test
    void whoInsistsOnAPlanIsNeverServedByTheBase() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.resolve("ann", Mode.ASSEMBLED, ANY));
        assertRefused(ErrorCode.INVALID_REQUEST, "user", () -> personalizer.resolve("", Mode.ASSEMBLED, ANY));
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OWN", "RAG", "ASSEMBLED_RAG"})
    void modesOfLaterVersionsAreRefusedByName(Mode mode) {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertRefused(ErrorCode.INVALID_REQUEST, "piecewise.mode", () -> personalizer.resolve("ann", mode, ANY));
    }

    @Test
    void aPlanIsAssembledFromTheNewestItemsAndServedMerged() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.REJECT);
        store.append("ann", history("one", "two", "three", "four", "five"));
        Plan plan = personalizer.assemble("ann");
        assertThat(selections).hasSize(1);
        assertThat(selections.getFirst()).hasSize(3);
        assertThat(plan.items()).isEqualTo(3);
        assertThat(store.plan("ann")).contains(plan);

        Served served = personalizer.resolve("ann", Mode.AUTO, ANY);
        assertThat(served.adaptation()).isInstanceOfSatisfying(Adaptation.Merged.class, merged -> {
            assertThat(merged.adapter().rank()).isEqualTo(4);
            assertThat(merged.fingerprint())
                    .isEqualTo(Merger.merge(plan, pool, Merge.PRODUCT).fingerprint());
        });
        assertThat(served.mode()).isEqualTo(Mode.ASSEMBLED);
        assertThat(served.pool()).contains(pool.hash());
        assertThat(served.historyItems()).isEqualTo(3);
        assertThat(served.pieces()).isEqualTo(plan.sites());
        assertThat(personalizer.resolve("ann", Mode.ASSEMBLED, ANY).header())
                .isEqualTo("assembled;" + served.adaptation().fingerprint());
    }

    @Test
    void aResidentPoolServesPlansAsGains() {
        for (AdapterMode mode : List.of(AdapterMode.AUTO, AdapterMode.RESIDENT)) {
            LocalPersonalizer personalizer = personalizer(mode, UnknownUser.BASE);
            store.append("ann", history("x"));
            Plan plan = personalizer.assemble("ann");
            Adaptation adaptation = personalizer.resolve("ann", Mode.AUTO, ANY).adaptation();
            Adaptation.Resident expected = Plans.resident(plan, pool);
            assertThat(adaptation).isInstanceOfSatisfying(Adaptation.Resident.class, resident -> {
                assertThat(resident.fingerprint()).isEqualTo(expected.fingerprint());
                assertThat(resident.gains()).hasSameSizeAs(expected.gains());
                resident.gains()
                        .forEach((site, gain) ->
                                assertThat(gain).isEqualTo(expected.gains().get(site)));
            });
        }
        assertThat(adapters.stats().misses()).as("nothing was merged").isZero();
    }

    @Test
    void mergingByFactorsTakesASlotOrIsRefused() {
        store.append("ann", history("x"));
        LocalPersonalizer automatic = personalizer(AdapterMode.AUTO, UnknownUser.BASE);
        automatic.assemble("ann");
        assertThat(automatic
                        .resolve("ann", Mode.AUTO, Optional.of(Merge.FACTOR))
                        .adaptation())
                .isInstanceOfSatisfying(
                        Adaptation.Merged.class,
                        merged -> assertThat(merged.adapter().rank()).isEqualTo(2));
        LocalPersonalizer resident = personalizer(AdapterMode.RESIDENT, UnknownUser.BASE);
        assertRefused(
                ErrorCode.INVALID_REQUEST,
                "piecewise.merge",
                () -> resident.resolve("ann", Mode.AUTO, Optional.of(Merge.FACTOR)));
        assertRefused(
                ErrorCode.INVALID_REQUEST, "adapters.merge", () -> settings(AdapterMode.RESIDENT, Merge.FACTOR, 32));
    }

    @Test
    void anAdapterTooWideForASlotIsRefusedBeforeItIsMade() {
        store.append("ann", history("x"));
        personalizer(AdapterMode.SLOTS, UnknownUser.BASE).assemble("ann");
        LocalPersonalizer narrow = personalizer(settings(AdapterMode.SLOTS, Merge.PRODUCT, 3), true);
        selections.clear();
        assertRefused(ErrorCode.INVALID_REQUEST, "piecewise.merge", () -> narrow.assemble("ann"));
        assertThat(selections).isEmpty();
        assertRefused(ErrorCode.INVALID_REQUEST, "piecewise.merge", () -> narrow.resolve("ann", Mode.AUTO, ANY));
        assertThat(narrow.resolve("ann", Mode.AUTO, Optional.of(Merge.FACTOR)).mode())
                .isEqualTo(Mode.ASSEMBLED);
    }

    @Test
    void aPlanOfAnotherPoolIsNotServed() {
        store.putUser("ann");
        store.putPlan("ann", planOf("another pool"));
        String reason = "plan was made with another pool; assemble again";
        assertBase(personalizer(AdapterMode.SLOTS, UnknownUser.BASE).resolve("ann", Mode.AUTO, ANY), reason);
        assertRefused(
                ErrorCode.CONFLICT,
                "user",
                () -> personalizer(AdapterMode.SLOTS, UnknownUser.BASE).resolve("ann", Mode.ASSEMBLED, ANY));
        assertThatThrownBy(() ->
                        personalizer(AdapterMode.SLOTS, UnknownUser.REJECT).resolve("ann", Mode.AUTO, ANY))
                .hasMessage(reason);
    }

    @Test
    void aPlanWithASharerThatThePoolDoesNotHaveIsNotServed() {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        sites.put(pool.sites().firstKey(), List.of(new Choice("gone", 1)));
        store.putUser("ann");
        store.putPlan(
                "ann",
                new Plan(
                        pool.base(),
                        pool.hash(),
                        Merge.PRODUCT,
                        1,
                        sites,
                        1,
                        Clock.systemUTC().instant()));
        Served served = personalizer(AdapterMode.AUTO, UnknownUser.BASE).resolve("ann", Mode.AUTO, ANY);
        assertThat(served.mode()).isEqualTo(Mode.BASE);
        assertThat(served.reason()).contains("gone").endsWith("assemble again");
    }

    @Test
    void withoutAPoolNobodyIsAssembled() {
        LocalPersonalizer personalizer = new LocalPersonalizer(
                new Loaded(BASE, Optional.empty(), false),
                settings(AdapterMode.AUTO, Merge.PRODUCT, 32),
                store,
                assembler(),
                adapters,
                assemblySeconds::add);
        assertBase(personalizer.resolve("ann", Mode.AUTO, ANY), "no pool is loaded");
        assertRefused(ErrorCode.INVALID_REQUEST, "adapters.pool", () -> personalizer.assemble("ann"));
        assertThat(personalizer.plans()).isEmpty();
        personalizer.prefetch("ann");
        personalizer.forget("ann");
    }

    @Test
    void assemblingNeedsAUserAndAHistory() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.assemble("nobody"));
        store.putUser("ann");
        assertRefused(ErrorCode.INVALID_REQUEST, "history", () -> personalizer.assemble("ann"));
        store.append("ann", history(""));
        assertRefused(ErrorCode.INVALID_REQUEST, "history", () -> personalizer.assemble("ann"));
    }

    @Test
    void plansAreReadOnceAndForgottenWhenReplacedOrErased() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        store.append("ann", history("x"));
        assertThat(personalizer.resolve("ann", Mode.AUTO, ANY).mode()).isEqualTo(Mode.BASE);
        Plan first = personalizer.assemble("ann");
        String before = personalizer.resolve("ann", Mode.AUTO, ANY).adaptation().fingerprint();
        long misses = personalizer.plans().orElseThrow().misses();
        personalizer.resolve("ann", Mode.AUTO, ANY);
        assertThat(personalizer.plans().orElseThrow().misses()).isEqualTo(misses);
        assertThat(personalizer.plans().orElseThrow().hits()).isPositive();

        store.append("ann", history("y"));
        assertThat(personalizer.assemble("ann")).isNotEqualTo(first);
        assertThat(personalizer.resolve("ann", Mode.AUTO, ANY).historyItems()).isEqualTo(2);
        assertThat(personalizer.resolve("ann", Mode.AUTO, ANY).adaptation().fingerprint())
                .as("the same pieces with the same weights are the same adapter")
                .isEqualTo(before);

        store.deleteUser("ann");
        personalizer.forget("ann");
        assertBase(personalizer.resolve("ann", Mode.AUTO, ANY), "user has no plan");
        assertThat(adapters.contains(first, Merge.PRODUCT)).isFalse();
    }

    @Test
    void aPlanIsMergedBeforeAnybodyAsks() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        store.append("ann", history("x"));
        Plan plan = personalizer.assemble("ann");
        assertThat(adapters.contains(plan, Merge.PRODUCT)).isTrue();
        adapters.clear();
        personalizer.prefetch("ann");
        assertThat(adapters.contains(plan, Merge.PRODUCT)).isTrue();
        personalizer.resolve("ann", Mode.AUTO, ANY);
        assertThat(assemblySeconds).hasSize(1).allMatch(seconds -> seconds > 0);
        assertThat(mergeSeconds).hasSize(2).allMatch(seconds -> seconds > 0);
    }

    @Test
    void whoAsksBeforeAnAssemblyBeginsSharesIt() throws Exception {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        store.append("first", history("x"));
        store.append("ann", history("x"));
        maySelect = new CountDownLatch(1);
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        ThreadFactory remembered = work -> {
            Thread thread = Executors.defaultThreadFactory().newThread(work);
            threads.add(thread);
            return thread;
        };
        try (ExecutorService pool = Executors.newCachedThreadPool(remembered)) {
            Future<Plan> first = pool.submit(() -> personalizer.assemble("first"));
            selecting.await();
            List<Future<Plan>> same = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                same.add(pool.submit(() -> personalizer.assemble("ann")));
            }
            while (!threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING)) {
                LockSupport.parkNanos(1_000_000);
            }
            store.append("ann", history("y"));
            maySelect.countDown();
            assertThat(first.get().items()).isEqualTo(1);
            for (Future<Plan> each : same) {
                assertThat(each.get().items())
                        .as("the history as it was when its turn came")
                        .isEqualTo(2);
            }
        }
        assertThat(selections).hasSize(2);
    }

    @Test
    void aUserErasedDuringAnAssemblyGetsNoPlan() throws Exception {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        store.append("ann", history("x"));
        maySelect = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Plan> plan = threads.submit(() -> personalizer.assemble("ann"));
            selecting.await();
            store.deleteUser("ann");
            personalizer.forget("ann");
            store.putUser("ann");
            maySelect.countDown();
            assertThatThrownBy(plan::get).hasMessageContaining("erased while the plan was assembled");
        }
        assertThat(store.plan("ann")).isEmpty();
    }

    @Test
    void aFailedAssemblyLeavesTheNextOneItsTurn() {
        LocalPersonalizer personalizer = personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.assemble("ann"));
        store.append("ann", history("x"));
        assertThat(personalizer.assemble("ann").items()).isEqualTo(1);
    }

    private LocalPersonalizer personalizer(AdapterMode mode, UnknownUser unknown) {
        return personalizer(new Settings(mode, unknown, options(Merge.PRODUCT), 4, 100), mode != AdapterMode.SLOTS);
    }

    private LocalPersonalizer personalizer(Settings settings, boolean resident) {
        Loaded loaded = new Loaded(BASE, Optional.of(pool), resident);
        return new LocalPersonalizer(loaded, settings, store, assembler(), adapters, assemblySeconds::add);
    }

    private static Settings settings(AdapterMode mode, Merge merge, int maxRank) {
        return new Settings(mode, UnknownUser.BASE, options(merge), maxRank, 100);
    }

    private static Assembler.Options options(Merge merge) {
        return new Assembler.Options(2, 1, merge, Selection.GLOBAL, 16, 3, 1000);
    }

    private Assembler assembler() {
        ExampleEncoder encoder =
                new ExampleEncoder((text, special) -> text.chars().toArray(), -1, 100);
        return new Assembler(this::select, encoder, Clock.systemUTC());
    }

    private SortedMap<Site, List<Choice>> select(Pool from, List<Example> examples, PieceSelector.Options options) {
        selections.add(examples);
        selecting.countDown();
        try {
            maySelect.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        return pieces(from, options.k());
    }

    private static SortedMap<Site, List<Choice>> pieces(Pool from, int k) {
        List<Choice> choices = from.sharers().subList(0, k).stream()
                .map(sharer -> new Choice(sharer.id(), 1.0 / k))
                .toList();
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        from.sites().keySet().forEach(site -> sites.put(site, choices));
        return sites;
    }

    private Plan planOf(String poolHash) {
        return new Plan(
                pool.base(),
                poolHash,
                Merge.PRODUCT,
                2,
                pieces(pool, 2),
                1,
                Clock.systemUTC().instant());
    }

    private static List<HistoryItem> history(String... texts) {
        return List.of(texts).stream()
                .map(text -> new HistoryItem(null, null, "prompt ", text))
                .toList();
    }

    private static void assertBase(Served served, String reason) {
        assertThat(served.adaptation()).isEqualTo(BASE);
        assertThat(served.mode()).isEqualTo(Mode.BASE);
        assertThat(served.reason()).isEqualTo(reason);
        assertThat(served.pool()).isEmpty();
        assertThat(served.pieces()).isEmpty();
        assertThat(served.header()).isEqualTo("base;base");
    }

    private static void assertRefused(ErrorCode code, String param, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ServingException.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.param()).contains(param);
        });
    }
}
