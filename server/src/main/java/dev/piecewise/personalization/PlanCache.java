package dev.piecewise.personalization;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.metrics.CacheStats;
import dev.piecewise.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The plans of the users who were here lately, checked against the pool. That a user has no plan is not kept, so a new one is seen at once. A reader who meets
 * {@link #forget} either ends before it, and its plan is dropped, or reads the store after it.
 */
final class PlanCache implements CacheStats {
    private static final Finding NO_PLAN = new Finding.Missing("user has no plan", ErrorCode.UNKNOWN_USER);
    private static final Finding OTHER_POOL =
            new Finding.Missing("plan was made with another pool; assemble again", ErrorCode.CONFLICT);

    private final Store store;
    private final Pool pool;
    private final boolean resident;
    private final Cache<String, Finding> plans;

    /** With {@code resident} plans are kept together with their gains. */
    PlanCache(Store store, Pool pool, boolean resident, int maxPlans) {
        this.store = store;
        this.pool = pool;
        this.resident = resident;
        plans = Caffeine.newBuilder()
                .maximumSize(maxPlans)
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    Finding find(String user) {
        Finding finding = plans.get(user, this::load);
        if (finding.equals(NO_PLAN)) {
            plans.asMap().remove(user, finding);
        }
        return finding;
    }

    /** The plan that was kept, if one was. */
    Optional<Plan> forget(String user) {
        Finding finding = plans.asMap().remove(user);
        return finding instanceof Finding.Found found ? Optional.of(found.plan()) : Optional.empty();
    }

    @Override
    public long hits() {
        return plans.stats().hitCount();
    }

    @Override
    public long misses() {
        return plans.stats().missCount();
    }

    @Override
    public long evictions() {
        return plans.stats().evictionCount();
    }

    @Override
    public long bytes() {
        return -1;
    }

    private Finding load(String user) {
        return store.plan(user).map(this::checked).orElse(NO_PLAN);
    }

    private Finding checked(Plan plan) {
        if (!plan.base().equals(pool.base()) || !plan.pool().equals(pool.hash())) {
            return OTHER_POOL;
        }
        try {
            Plans.requireFits(plan, pool);
        } catch (BadFileException broken) {
            return new Finding.Missing(broken.text() + "; assemble again", ErrorCode.CONFLICT);
        }
        Plan shared = shared(plan);
        return new Finding.Found(shared, resident ? Optional.of(Plans.resident(shared, pool)) : Optional.empty());
    }

    /** The same plan with the pool's own strings in it, so that thousands of plans hold each name once. */
    private Plan shared(Plan plan) {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        plan.sites()
                .forEach((site, choices) ->
                        sites.put(site, choices.stream().map(this::shared).toList()));
        return new Plan(pool.base(), pool.hash(), plan.merge(), plan.k(), sites, plan.items(), plan.created());
    }

    private Choice shared(Choice choice) {
        return new Choice(pool.sharers().get(pool.indexOf(choice.sharer())).id(), choice.weight());
    }
}
