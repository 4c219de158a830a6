package dev.piecewise.personalization;

import static dev.piecewise.personalization.PersonalizerFixture.ANY;
import static dev.piecewise.personalization.PersonalizerFixture.BASE;
import static dev.piecewise.personalization.PersonalizerFixture.history;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Guard;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GuardTest {
    @TempDir
    Path directory;

    @AutoClose
    private PersonalizerFixture with;

    private final List<List<HistoryItem>> tried = new ArrayList<>();

    @BeforeEach
    void open() {
        with = new PersonalizerFixture(directory);
    }

    /** One of five items at most, and no more than three. */
    @ParameterizedTest
    @CsvSource({"4, 4, 0", "5, 4, 1", "10, 8, 2", "14, 12, 2", "40, 37, 3"})
    void theNewestItemsAreHeldOut(int items, int assembledFrom, int heldOut) {
        losses(2, 1);
        Plan plan = assemble(items);

        assertThat(plan.items()).isEqualTo(assembledFrom);
        assertThat(plan.guard()).isEqualTo(heldOut == 0 ? Optional.empty() : Optional.of(new Guard(heldOut, 2, 1)));
        assertThat(tried)
                .hasSize(heldOut == 0 ? 0 : 2)
                .allSatisfy(newest -> assertThat(newest)
                        .extracting(HistoryItem::completion)
                        .isEqualTo(IntStream.range(items - heldOut, items)
                                .mapToObj(i -> "item " + i)
                                .toList()));
    }

    @Test
    void aPlanThatIsBetterIsServed() {
        losses(2, 1.5);
        assemble(10);

        assertThat(personalizer().resolve("ann", Mode.AUTO, ANY).mode()).isEqualTo(Mode.ASSEMBLED);
    }

    @Test
    void aPlanThatIsWorseSaysSoAndTheBaseIsServed() {
        losses(1.5, 2);
        Plan plan = assemble(10);
        Served served = personalizer().resolve("ann", Mode.AUTO, ANY);

        assertThat(PlanJson.toJson(plan).get("guard"))
                .hasToString("{\"items\":2,\"base_loss\":1.5,\"assembled_loss\":2.0,\"worse\":true}");
        assertThat(served.mode()).isEqualTo(Mode.BASE);
        assertThat(served.adaptation()).isEqualTo(BASE);
        assertThat(served.reason())
                .isEqualTo("the plan is worse than the base on the newest 2 items: loss 2.0000 instead of 1.5000");
        assertThat(personalizer().resolve("ann", Mode.ASSEMBLED, ANY).mode()).isEqualTo(Mode.ASSEMBLED);
    }

    @Test
    void thePlanThatIsTriedIsTheOneThatIsKept() {
        with.heldOut = (_, adaptation, _, _) -> adaptation.equals(BASE) ? 2 : 1;
        Plan plan = assemble(10);

        assertThat(with.selections).hasSize(1);
        assertThat(with.store.plan("ann")).contains(plan);
    }

    @Test
    void anEngineThatIsTooBusyLeavesThePlanUntried() {
        with.heldOut = (_, _, _, _) -> {
            throw new ServingException(ErrorCode.OVERLOADED, "busy");
        };
        assertThat(assemble(10).guard()).isEmpty();
        with.heldOut = (_, _, _, _) -> {
            throw new ServingException(ErrorCode.UNAVAILABLE, "closing");
        };
        assertThatThrownBy(() -> assemble(10)).hasMessage("closing");
    }

    @Test
    void itemsWithNothingToPredictDecideNothing() {
        losses(Double.NaN, Double.NaN);

        assertThat(assemble(10).guard()).isEmpty();
    }

    /** By then whoever erases the user can tell that what was read is to be kept nowhere. */
    @Test
    void theTimeIsToldWhenTheItemsWereRead() throws Exception {
        List<Long> times = new ArrayList<>();
        with.heldOut = (_, _, _, read) -> {
            times.add(read);
            return 1;
        };
        with.maySelect = new CountDownLatch(1);
        long before = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Plan> plan = threads.submit(() -> assemble(10));
            with.selecting.await();
            times.add(System.nanoTime());
            with.maySelect.countDown();
            plan.get();
        }
        assertThat(times).hasSize(3);
        assertThat(times.get(1)).isEqualTo(times.get(2)).isBetween(before, times.get(0));
    }

    private void losses(double base, double assembled) {
        with.heldOut = (_, adaptation, items, _) -> {
            tried.add(items);
            return adaptation.equals(BASE) ? base : assembled;
        };
    }

    private Plan assemble(int items) {
        with.store.clearHistory("ann");
        with.store.append(
                "ann",
                history(IntStream.range(0, items).mapToObj(i -> "item " + i).toArray(String[]::new)));
        return personalizer().assemble("ann");
    }

    private LocalPersonalizer personalizer() {
        Assembler.Options options =
                new Assembler.Options(2, 1, Merge.PRODUCT, Assembler.Selection.GLOBAL, 16, 50, 10_000);
        return with.personalizer(
                new Settings(AdapterMode.AUTO, UnknownUser.BASE, options, 4, 100, 3, Settings.Retrieval.DEFAULT), true);
    }
}
