package dev.piecewise.personalization;

import static dev.piecewise.personalization.PersonalizerFixture.ANY;
import static dev.piecewise.personalization.PersonalizerFixture.BASE;
import static dev.piecewise.personalization.PersonalizerFixture.assertBase;
import static dev.piecewise.personalization.PersonalizerFixture.assertRefused;
import static dev.piecewise.personalization.PersonalizerFixture.history;
import static dev.piecewise.personalization.PersonalizerFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ErrorCode;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is served by what. */
@Timeout(60)
final class LocalPersonalizerTest {
    @TempDir
    Path directory;

    @AutoClose
    private PersonalizerFixture with;

    @BeforeEach
    void open() {
        with = new PersonalizerFixture(directory);
    }

    @Test
    void withoutUserOrPlanTheBaseAnswersAndSaysWhy() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        with.store.append("ann", history("x"));
        assertBase(personalizer.resolve("", Mode.AUTO, ANY), "no user");
        assertBase(personalizer.resolve("ann", Mode.AUTO, ANY), "user has no plan");
        assertBase(personalizer.resolve("nobody", Mode.AUTO, ANY), "user has no plan");
        personalizer.assemble("ann");
        assertBase(personalizer.resolve("ann", Mode.BASE, ANY), "mode base");
    }

    @Test
    void withoutAPlanAUserCanBeRefused() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.REJECT);
        assertBase(personalizer.resolve("", Mode.AUTO, ANY), "no user");
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.resolve("ann", Mode.AUTO, ANY));
    }

    @Test
    void whoInsistsOnAPlanIsNeverServedByTheBase() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.resolve("ann", Mode.ASSEMBLED, ANY));
        assertRefused(ErrorCode.INVALID_REQUEST, "user", () -> personalizer.resolve("", Mode.ASSEMBLED, ANY));
    }

    @Test
    void aPlanIsAssembledFromTheNewestItemsAndServedMerged() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.REJECT);
        with.store.append("ann", history("one", "two", "three", "four", "five"));
        Plan plan = personalizer.assemble("ann");
        assertThat(with.selections).hasSize(1);
        assertThat(with.selections.getFirst()).hasSize(3);
        assertThat(plan.items()).isEqualTo(3);
        assertThat(with.store.plan("ann")).contains(plan);

        Served served = personalizer.resolve("ann", Mode.AUTO, ANY);
        assertThat(served.adaptation()).isInstanceOfSatisfying(Adaptation.Merged.class, merged -> {
            assertThat(merged.adapter().rank()).isEqualTo(4);
            assertThat(merged.fingerprint())
                    .isEqualTo(Merger.merge(plan, with.pool, Merge.PRODUCT).fingerprint());
        });
        assertThat(served.mode()).isEqualTo(Mode.ASSEMBLED);
        assertThat(served.pool()).contains(with.pool.hash());
        assertThat(served.historyItems()).isEqualTo(3);
        assertThat(served.pieces()).isEqualTo(plan.sites());
        assertThat(personalizer.resolve("ann", Mode.ASSEMBLED, ANY).header())
                .isEqualTo("assembled;" + served.adaptation().fingerprint());
    }

    @Test
    void aResidentPoolServesPlansAsGains() {
        for (AdapterMode mode : List.of(AdapterMode.AUTO, AdapterMode.RESIDENT)) {
            LocalPersonalizer personalizer = with.personalizer(mode, UnknownUser.BASE);
            with.store.append("ann", history("x"));
            Plan plan = personalizer.assemble("ann");
            Adaptation adaptation = personalizer.resolve("ann", Mode.AUTO, ANY).adaptation();
            Adaptation.Resident expected = Plans.resident(plan, with.pool);
            assertThat(adaptation).isInstanceOfSatisfying(Adaptation.Resident.class, resident -> {
                assertThat(resident.fingerprint()).isEqualTo(expected.fingerprint());
                assertThat(resident.gains()).hasSameSizeAs(expected.gains());
                resident.gains()
                        .forEach((site, gain) ->
                                assertThat(gain).isEqualTo(expected.gains().get(site)));
            });
        }
        assertThat(with.adapters.stats().misses()).as("nothing was merged").isZero();
    }

    @Test
    void mergingByFactorsTakesASlotOrIsRefused() {
        with.store.append("ann", history("x"));
        LocalPersonalizer automatic = with.personalizer(AdapterMode.AUTO, UnknownUser.BASE);
        automatic.assemble("ann");
        assertThat(automatic
                        .resolve("ann", Mode.AUTO, Optional.of(Merge.FACTOR))
                        .adaptation())
                .isInstanceOfSatisfying(
                        Adaptation.Merged.class,
                        merged -> assertThat(merged.adapter().rank()).isEqualTo(2));
        LocalPersonalizer resident = with.personalizer(AdapterMode.RESIDENT, UnknownUser.BASE);
        assertRefused(
                ErrorCode.INVALID_REQUEST,
                "piecewise.merge",
                () -> resident.resolve("ann", Mode.AUTO, Optional.of(Merge.FACTOR)));
        assertRefused(
                ErrorCode.INVALID_REQUEST, "adapters.merge", () -> settings(AdapterMode.RESIDENT, Merge.FACTOR, 32));
    }

    @Test
    void anAdapterTooWideForASlotIsRefusedBeforeItIsMade() {
        with.store.append("ann", history("x"));
        with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE).assemble("ann");
        LocalPersonalizer narrow = with.personalizer(settings(AdapterMode.SLOTS, Merge.PRODUCT, 3), true);
        with.selections.clear();
        assertRefused(ErrorCode.INVALID_REQUEST, "piecewise.merge", () -> narrow.assemble("ann"));
        assertThat(with.selections).isEmpty();
        assertRefused(ErrorCode.INVALID_REQUEST, "piecewise.merge", () -> narrow.resolve("ann", Mode.AUTO, ANY));
        assertThat(narrow.resolve("ann", Mode.AUTO, Optional.of(Merge.FACTOR)).mode())
                .isEqualTo(Mode.ASSEMBLED);
    }

    @Test
    void aPlanOfAnotherPoolIsNotServed() {
        with.store.putUser("ann");
        with.store.putPlan("ann", with.planOf("another pool"));
        String reason = "plan was made with another pool; assemble again";
        assertBase(with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE).resolve("ann", Mode.AUTO, ANY), reason);
        assertRefused(
                ErrorCode.CONFLICT,
                "user",
                () -> with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE).resolve("ann", Mode.ASSEMBLED, ANY));
        assertThatThrownBy(() ->
                        with.personalizer(AdapterMode.SLOTS, UnknownUser.REJECT).resolve("ann", Mode.AUTO, ANY))
                .hasMessage(reason);
    }

    @Test
    void aPlanWithASharerThatThePoolDoesNotHaveIsNotServed() {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        sites.put(with.pool.sites().firstKey(), List.of(new Choice("gone", 1)));
        with.store.putUser("ann");
        with.store.putPlan(
                "ann",
                new Plan(
                        with.pool.base(),
                        with.pool.hash(),
                        Merge.PRODUCT,
                        1,
                        sites,
                        1,
                        Clock.systemUTC().instant()));
        Served served = with.personalizer(AdapterMode.AUTO, UnknownUser.BASE).resolve("ann", Mode.AUTO, ANY);
        assertThat(served.mode()).isEqualTo(Mode.BASE);
        assertThat(served.reason()).contains("gone").endsWith("assemble again");
    }

    @Test
    void withoutAPoolNobodyIsAssembled() {
        LocalPersonalizer personalizer = new LocalPersonalizer(
                new Loaded(BASE, Optional.empty(), false),
                settings(AdapterMode.AUTO, Merge.PRODUCT, 32),
                with.store,
                with.tools());
        assertBase(personalizer.resolve("ann", Mode.AUTO, ANY), "no pool is loaded");
        assertRefused(ErrorCode.INVALID_REQUEST, "adapters.pool", () -> personalizer.assemble("ann"));
        personalizer.prefetch("ann");
        personalizer.forget("ann");
    }

    @Test
    void plansAreReadOnceAndForgottenWhenReplacedOrErased() {
        LocalPersonalizer personalizer = with.personalizer(AdapterMode.SLOTS, UnknownUser.BASE);
        with.store.append("ann", history("x"));
        assertThat(personalizer.resolve("ann", Mode.AUTO, ANY).mode()).isEqualTo(Mode.BASE);
        Plan first = personalizer.assemble("ann");
        String before = personalizer.resolve("ann", Mode.AUTO, ANY).adaptation().fingerprint();
        long misses = personalizer.plans().misses();
        personalizer.resolve("ann", Mode.AUTO, ANY);
        assertThat(personalizer.plans().misses()).isEqualTo(misses);
        assertThat(personalizer.plans().hits()).isPositive();

        with.store.append("ann", history("y"));
        assertThat(personalizer.assemble("ann")).isNotEqualTo(first);
        assertThat(personalizer.resolve("ann", Mode.AUTO, ANY).historyItems()).isEqualTo(2);
        assertThat(personalizer.resolve("ann", Mode.AUTO, ANY).adaptation().fingerprint())
                .as("the same pieces with the same weights are the same adapter")
                .isEqualTo(before);

        with.store.deleteUser("ann");
        personalizer.forget("ann");
        assertBase(personalizer.resolve("ann", Mode.AUTO, ANY), "user has no plan");
        assertThat(with.adapters.forget("", first)).isFalse();
    }
}
