package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Plan;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.List;

/** What every {@link Store} does about plans of histories that are erased while they are made. */
final class PlanChecks {
    private PlanChecks() {}

    static void eras(Store store, Plan plan) {
        store.append("ann", List.of(item("one")));
        Store.User first = store.user("ann").orElseThrow();
        store.append("ann", List.of(item("two")));
        store.putPlan(first, plan);
        assertThat(store.plan("ann")).as("a history may grow meanwhile").contains(plan);

        store.clearHistory("ann");
        store.deletePlan("ann");
        Store.User second = store.user("ann").orElseThrow();
        assertRefused(store, first, plan);
        store.deleteUser("ann");
        assertRefused(store, second, plan);
        store.putUser("ann");
        assertRefused(store, second, plan);
        assertThat(store.plan("ann")).isEmpty();
        store.putPlan(store.user("ann").orElseThrow(), plan);
        assertThat(store.plan("ann")).contains(plan);
    }

    private static HistoryItem item(String text) {
        return new HistoryItem(null, null, null, text);
    }

    private static void assertRefused(Store store, Store.User user, Plan plan) {
        assertThatThrownBy(() -> store.putPlan(user, plan))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT));
    }
}
