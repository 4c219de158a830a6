package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every database does alike. */
@Timeout(60)
abstract class StoreContract {
    @AutoClose
    Store store;

    @BeforeEach
    void open() {
        store = Stores.open(url());
    }

    @Test
    void aUserIsCreatedOnce() {
        assertThat(store.putUser("ann")).isTrue();
        assertThat(store.putUser("ann")).isFalse();
        Store.User ann = store.user("ann").orElseThrow();
        assertThat(ann.items()).isZero();
        assertThat(ann.planCreated()).isEmpty();
        assertThat(ann.created()).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(store.user("bob")).isEmpty();
    }

    @Test
    void usersComePageByPageInTheOrderOfTheirIds() {
        List.of("b", "Z", "a", "é", "a1").forEach(store::putUser);
        assertThat(ids(store.users("", 3))).containsExactly("Z", "a", "a1");
        assertThat(ids(store.users("a1", 3))).containsExactly("b", "é");
        assertThat(store.users("é", 3)).isEmpty();
    }

    @Test
    void usersOfTheSameNameAreAnotherForEachTenant() {
        TenantChecks.users(store);
    }

    @Test
    void keysAreFoundByWhatOpensThem() {
        TenantChecks.keys(store.keys());
    }

    @Test
    void itemsStayInTheirOrderAndThoseKnownByIdAreLeftOut() {
        assertThat(store.append("ann", List.of(item("1", "one"), item(null, "two"), item("1", "again"))))
                .isEqualTo(new Store.Appended(2, 1, 2));
        assertThat(store.append("ann", List.of(item("1", "once more"), item("3", "three"), item(null, "two"))))
                .isEqualTo(new Store.Appended(2, 1, 4));
        assertThat(store.history("ann", 0, 10))
                .containsExactly(item("1", "one"), item(null, "two"), item("3", "three"), item(null, "two"));
        assertThat(store.history("ann", 1, 2)).containsExactly(item(null, "two"), item("3", "three"));
        assertThat(store.newest("ann", 2)).containsExactly(item("3", "three"), item(null, "two"));
        assertThat(store.user("ann").orElseThrow().items()).isEqualTo(4);
        assertThat(store.append("bob", List.of(item("1", "his own")))).isEqualTo(new Store.Appended(1, 0, 1));
    }

    @Test
    void everyFieldOfAnItemComesBackWhateverItsCharacters() {
        List<HistoryItem> items = List.of(
                new HistoryItem("id\t😀", "2026-11-22", "", ""),
                new HistoryItem("'; DROP TABLE users; --", null, "日本語\r\n\u0001\u007F", "👨‍👩‍👧 \uFFFD \uFFFF"),
                new HistoryItem(null, null, null, "x".repeat(1_000_000)));
        store.append("Ünï 😀", items);
        assertThat(store.history("Ünï 😀", 0, 10)).isEqualTo(items);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\uD83D", "\uDE00 x"})
    void textThatNoDatabaseKeepsIsRefusedByItemAndField(String text) {
        List<HistoryItem> items = List.of(item("1", "fine"), new HistoryItem(null, null, text, "fine"));
        assertThatThrownBy(() -> store.append("ann", items)).isInstanceOfSatisfying(ServingException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(refused.text()).startsWith("history item 1: prompt ");
        });
        assertThat(store.user("ann")).as("nothing of it was stored").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "\0", "\u0085", "\uD83D"})
    void aNameThatCannotBeIsRefused(String name) {
        assertRefused(() -> store.putUser(name));
        assertRefused(() -> store.append(name, List.of()));
        assertRefused(() -> store.user(name));
    }

    @Test
    void aNameHasAtMost256Characters() {
        assertThat(store.putUser("😀".repeat(256))).isTrue();
        assertRefused(() -> store.putUser("x".repeat(257)));
    }

    @Test
    void aPlanReplacesTheOneBefore() {
        store.putUser("ann");
        assertThat(store.plan("ann")).isEmpty();
        store.putPlan("ann", plan(1));
        store.putPlan("ann", plan(2));
        assertThat(store.plan("ann")).contains(plan(2));
        assertThat(store.user("ann").orElseThrow().planCreated()).contains(plan(2).created());
    }

    @Test
    void aPlanNeedsItsUser() {
        assertThatThrownBy(() -> store.putPlan("nobody", plan(1)))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNKNOWN_USER));
    }

    @Test
    void aPlanOfAHistoryThatWasErasedIsNotStored() {
        PlanChecks.eras(store, plan(1));
    }

    @Test
    void aClearedHistoryBeginsAnew() {
        store.append("ann", List.of(item("1", "one"), item("2", "two")));
        assertThat(store.clearHistory("ann")).isEqualTo(2);
        assertThat(store.clearHistory("ann")).isZero();
        assertThat(store.append("ann", List.of(item("2", "two")))).isEqualTo(new Store.Appended(1, 0, 1));
        assertThat(store.history("ann", 0, 10)).containsExactly(item("2", "two"));
    }

    @Test
    void anAdapterIsKeptReplacedAndErased() {
        AdapterChecks.keptReplacedAndErased(store);
    }

    @Test
    void aLargeAdapterLiesInParts() {
        AdapterChecks.largeInParts(store);
    }

    @Test
    void anAdapterThatCannotBeWrittenWholeChangesNothing() {
        AdapterChecks.writtenWholeOrNotAtAll(store);
    }

    @Test
    void anErasedUserIsGoneAndNobodyElse() {
        store.append("ann", List.of(item("1", "one"), item("2", "two")));
        store.putPlan("ann", plan(3));
        store.append("bob", List.of(item(null, "stays")));

        assertThat(store.deleteUser("ann")).contains(new Store.Erased(2, true, false));
        assertThat(store.deleteUser("ann")).isEmpty();
        assertThat(store.user("ann")).isEmpty();
        assertThat(store.history("ann", 0, 10)).isEmpty();
        assertThat(store.plan("ann")).isEmpty();
        assertThat(store.history("bob", 0, 10)).hasSize(1);
    }

    @Test
    void writersOfOneUserWaitForEachOther() throws Exception {
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                running.add(pool.submit(() -> {
                    for (int i = 0; i < 25; i++) {
                        store.append("ann", List.of(item("same", "x"), item(null, "y")));
                        store.deleteUser("ann");
                        store.append("ann", List.of(item("same", "x")));
                        putPlanIfThere();
                        store.clearHistory("ann");
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        store.clearHistory("ann");
        assertThat(store.append("ann", List.of(item("same", "x")))).isEqualTo(new Store.Appended(1, 0, 1));
    }

    private void putPlanIfThere() {
        try {
            store.putPlan("ann", plan(1));
        } catch (ServingException refused) {
            assertThat(refused.code()).isEqualTo(ErrorCode.UNKNOWN_USER);
        }
    }

    @Test
    void everythingIsThereAfterReopening() {
        store.append("ann", List.of(item("1", "one")));
        store.putPlan("ann", plan(1));
        store.close();
        assertThat(store.healthy()).isFalse();
        store = Stores.open(url());
        assertThat(store.healthy()).isTrue();
        assertThat(store.history("ann", 0, 10)).containsExactly(item("1", "one"));
        assertThat(store.plan("ann")).contains(plan(1));
    }

    @Test
    void aClosedStoreIsUnavailable() {
        store.close();
        assertThatThrownBy(() -> store.append("ann", List.of(item(null, "late"))))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void whatWasAcknowledgedSurvivesAKilledProcess() throws Exception {
        KilledWriter.checkThatNothingIsLost(url(), 2);
    }

    @Test
    void sixteenThreadsAppendingLoseAndDoubleNothing() throws Exception {
        int threads = 16;
        int rounds = 25;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String own = "t" + t;
                running.add(pool.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        store.append("shared", List.of(item("same" + i, "x"), item(own + "-" + i, own)));
                        store.append(own, List.of(item(null, "y")));
                        store.newest("shared", 3);
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        List<HistoryItem> shared = store.history("shared", 0, 1000);
        assertThat(shared)
                .hasSize(rounds * (threads + 1))
                .extracting(HistoryItem::id)
                .doesNotHaveDuplicates();
        assertThat(store.user("shared").orElseThrow().items()).isEqualTo(shared.size());
        assertThat(shared.stream()
                        .filter(item -> item.completion().equals("t7"))
                        .map(HistoryItem::id))
                .containsExactlyElementsOf(
                        IntStream.range(0, rounds).mapToObj(i -> "t7-" + i).toList());
        assertThat(store.history("t7", 0, 1000)).hasSize(rounds);
    }

    /** Of a database that is this test's own. */
    abstract String url();

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ServingException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(refused.param()).contains("user");
        });
    }

    private static List<String> ids(List<Store.User> users) {
        return users.stream().map(Store.User::id).toList();
    }

    static HistoryItem item(@Nullable String id, String completion) {
        return new HistoryItem(id, null, null, completion);
    }

    static Plan plan(int number) {
        TreeMap<Site, List<Choice>> sites = new TreeMap<>();
        sites.put(new Site(0, Projection.Q), List.of(new Choice("sharer " + number, 0.75), new Choice("ó\"", 0.25)));
        return new Plan("base", "pool", Merge.FACTOR, 2, sites, number, Instant.ofEpochMilli(1_000_000L * number));
    }
}
