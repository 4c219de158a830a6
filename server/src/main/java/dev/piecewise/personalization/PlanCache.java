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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The plans of the users who were here lately, checked against the pool, and against the store every few seconds. That a user has no plan to be served by is not kept, so a new one is seen at once. A
 * reader who meets {@link #forget} either ends before it, and its plan is dropped, or reads the store after it.
 */
final class PlanCache implements CacheStats {
    private static final Finding NO_PLAN = new Finding.Missing("user has no plan", ErrorCode.UNKNOWN_USER);
    private static final Finding OTHER_POOL =
            new Finding.Missing("plan was made with another pool; assemble again", ErrorCode.CONFLICT);

    private static final Finding NOBODY_LEFT =
            new Finding.Missing("the sharers of the user's plan have withdrawn; assemble again", ErrorCode.CONFLICT);

    private final Store store;
    private final Cache<String, Known> plans;
    private final Editions editions;
    private final Freshness freshness;
    private final BiConsumer<String, Plan> replaced;

    /** Where a pool is resident plans are kept together with their gains. {@code replaced} hears of users and plans of theirs that were kept and are not in the store any more. */
    PlanCache(Store store, Editions editions, int maxPlans, Freshness freshness, BiConsumer<String, Plan> replaced) {
        this.store = store;
        this.editions = editions;
        this.freshness = freshness;
        this.replaced = replaced;
        plans = Caffeine.newBuilder()
                .maximumSize(maxPlans)
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** What was found with this version of the pool, and when the plan that the store then had was made. */
    private record Known(Edition edition, Finding finding, Freshness.Heard<Optional<Instant>> created) {
        boolean uses(Set<String> sharers) {
            return !sharers.isEmpty()
                    && finding instanceof Finding.Found found
                    && found.plan().sites().values().stream()
                            .anyMatch(
                                    choices -> choices.stream().anyMatch(choice -> sharers.contains(choice.sharer())));
        }
    }

    /** Drops what was found with versions that are not served any more. Returns the plans among that, by user, that have pieces of these sharers. */
    Map<String, Plan> refresh(Set<String> gone) {
        Map<String, Plan> using = new HashMap<>();
        plans.asMap().forEach((user, known) -> {
            if (editions.of(user).edition().filter(known.edition()::is).isEmpty()
                    && plans.asMap().remove(user, known)) {
                if (known.uses(gone) && known.finding() instanceof Finding.Found found) {
                    using.put(user, found.plan());
                }
            }
        });
        return using;
    }

    /** Nothing of a sharer who has withdrawn is in what comes back. */
    Finding find(String user) {
        Editions.Shelf shelf = editions.of(user);
        if (shelf.edition().isEmpty()) {
            return shelf.otherwise();
        }
        Edition now = shelf.edition().get();
        Set<String> withdrawn = now.watch().withdrawn();
        Known known = plans.getIfPresent(user);
        if (known == null || !isValid(known, now, withdrawn) || !freshness.holds(known.created())) {
            known = Objects.requireNonNull(
                    plans.asMap().compute(user, (_, kept) -> renewed(user, kept, now, withdrawn)));
        }
        if (known.finding() instanceof Finding.Missing) {
            plans.asMap().remove(user, known);
        }
        return known.finding();
    }

    private static boolean isValid(Known known, Edition now, Set<String> withdrawn) {
        return known.edition().is(now) && !known.uses(withdrawn);
    }

    private Known renewed(String user, @Nullable Known kept, Edition now, Set<String> withdrawn) {
        if (kept == null || !isValid(kept, now, withdrawn)) {
            return load(user, now);
        }
        if (freshness.holds(kept.created())) {
            return kept;
        }
        Freshness.Heard<Optional<Instant>> created =
                freshness.askAgain(kept.created(), () -> store.user(user).flatMap(Store.User::planCreated));
        if (created.said().equals(kept.created().said())) {
            return new Known(kept.edition(), kept.finding(), created);
        }
        if (kept.finding() instanceof Finding.Found found) {
            replaced.accept(user, found.plan());
        }
        return load(user, now);
    }

    /** The plan that was kept, if one was. */
    Optional<Plan> forget(String user) {
        Known known = plans.asMap().remove(user);
        return known != null && known.finding() instanceof Finding.Found found
                ? Optional.of(found.plan())
                : Optional.empty();
    }

    /** Whether this plan of the user is in memory. */
    boolean keeps(String user, Plan plan) {
        Known known = plans.asMap().get(user);
        return known != null
                && known.finding() instanceof Finding.Found found
                && found.plan().equals(plan);
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

    private Known load(String user, Edition now) {
        Freshness.Heard<Optional<Plan>> stored = freshness.ask(() -> store.plan(user));
        return new Known(
                now,
                stored.said().map(plan -> checked(plan, now)).orElse(NO_PLAN),
                new Freshness.Heard<>(
                        stored.said().map(plan -> plan.created().truncatedTo(ChronoUnit.MILLIS)), stored.asked()));
    }

    /** A plan of an earlier version of the pool is as good as it was, but for who has withdrawn since. */
    static Finding checked(Plan stored, Edition edition) {
        Pool pool = edition.pool();
        boolean same = stored.pool().equals(pool.hash());
        if (!stored.base().equals(pool.base()) || !(same || pool.earlier().contains(stored.pool()))) {
            return OTHER_POOL;
        }
        Set<String> withdrawn = edition.watch().withdrawn();
        Optional<Plan> plan = same && withdrawn.isEmpty() ? Optional.of(stored) : Plans.moved(stored, pool, withdrawn);
        if (plan.isEmpty()) {
            return NOBODY_LEFT;
        }
        try {
            Plans.requireFits(plan.get(), pool);
        } catch (BadFileException broken) {
            return new Finding.Missing(broken.text() + "; assemble again", ErrorCode.CONFLICT);
        }
        return edition.found(shared(plan.get(), pool));
    }

    /** The same plan with the pool's own strings in it, so that thousands of plans hold each name once. */
    private static Plan shared(Plan plan, Pool pool) {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        plan.sites()
                .forEach((site, choices) -> sites.put(
                        site,
                        choices.stream().map(choice -> shared(choice, pool)).toList()));
        return new Plan(
                pool.base(), pool.hash(), plan.merge(), plan.k(), sites, plan.items(), plan.created(), plan.guard());
    }

    private static Choice shared(Choice choice, Pool pool) {
        return new Choice(pool.sharers().get(pool.indexOf(choice.sharer())).id(), choice.weight());
    }
}
