package dev.piecewise.personalization;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.metrics.CacheStats;
import dev.piecewise.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    private static final Finding NOBODY_LEFT =
            new Finding.Missing("the sharers of the user's plan have withdrawn; assemble again", ErrorCode.CONFLICT);

    private final Store store;
    private final Pool pool;
    private final boolean resident;
    private final PoolWatch watch;
    private final Cache<String, Finding> plans;

    /** Where the pool is resident plans are kept together with their gains. */
    PlanCache(Store store, Loaded loaded, int maxPlans) {
        this.store = store;
        pool = loaded.pool().orElseThrow();
        resident = loaded.resident();
        watch = loaded.watch();
        plans = Caffeine.newBuilder()
                .maximumSize(maxPlans)
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** Nothing of a sharer who has withdrawn is in what comes back. */
    Finding find(String user) {
        Set<String> withdrawn = watch.withdrawn();
        Finding finding = plans.get(user, this::load);
        if (!withdrawn.isEmpty() && finding instanceof Finding.Found found && uses(found.plan(), withdrawn)) {
            plans.asMap().remove(user, finding);
            finding = plans.get(user, this::load);
        }
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

    /** A plan of an earlier version of the pool is as good as it was, but for who has withdrawn since. */
    private Finding checked(Plan stored) {
        boolean same = stored.pool().equals(pool.hash());
        if (!stored.base().equals(pool.base()) || !(same || pool.earlier().contains(stored.pool()))) {
            return OTHER_POOL;
        }
        Set<String> withdrawn = watch.withdrawn();
        Optional<Plan> plan = same && withdrawn.isEmpty() ? Optional.of(stored) : Plans.moved(stored, pool, withdrawn);
        if (plan.isEmpty()) {
            return NOBODY_LEFT;
        }
        try {
            Plans.requireFits(plan.get(), pool);
        } catch (BadFileException broken) {
            return new Finding.Missing(broken.text() + "; assemble again", ErrorCode.CONFLICT);
        }
        Plan shared = shared(plan.get());
        return new Finding.Found(shared, resident ? Optional.of(Plans.resident(shared, pool)) : Optional.empty());
    }

    private static boolean uses(Plan plan, Set<String> sharers) {
        return plan.sites().values().stream()
                .anyMatch(choices -> choices.stream().anyMatch(choice -> sharers.contains(choice.sharer())));
    }

    /** The same plan with the pool's own strings in it, so that thousands of plans hold each name once. */
    private Plan shared(Plan plan) {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        plan.sites()
                .forEach((site, choices) ->
                        sites.put(site, choices.stream().map(this::shared).toList()));
        return new Plan(
                pool.base(), pool.hash(), plan.merge(), plan.k(), sites, plan.items(), plan.created(), plan.guard());
    }

    private Choice shared(Choice choice) {
        return new Choice(pool.sharers().get(pool.indexOf(choice.sharer())).id(), choice.weight());
    }
}
