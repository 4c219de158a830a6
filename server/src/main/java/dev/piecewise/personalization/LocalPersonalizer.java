package dev.piecewise.personalization;

import dev.piecewise.adapter.AdapterCache;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.metrics.CacheStats;
import dev.piecewise.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves users by the plans in a {@link Store}, with one base model and at most one pool. */
public final class LocalPersonalizer implements Personalizer {
    private static final Logger log = LoggerFactory.getLogger(LocalPersonalizer.class);
    private static final double NANOS = 1e9;
    private static final Finding NO_USER = new Finding.Missing("no user", ErrorCode.INVALID_REQUEST);
    private static final Finding NO_POOL = new Finding.Missing("no pool is loaded", ErrorCode.INVALID_REQUEST);

    private final Loaded loaded;
    private final Settings settings;
    private final Store store;
    private final Assembler assembler;
    private final AdapterCache adapters;
    private final DoubleConsumer assemblySeconds;
    private final Assemblies assemblies = new Assemblies();
    private final Optional<Pooled> pooled;

    /** {@code assemblySeconds} hears how long each history took to become a plan, from whichever thread assembled. */
    public LocalPersonalizer(
            Loaded loaded,
            Settings settings,
            Store store,
            Assembler assembler,
            AdapterCache adapters,
            DoubleConsumer assemblySeconds) {
        this.loaded = loaded;
        this.settings = settings;
        this.store = store;
        this.assembler = assembler;
        this.adapters = adapters;
        this.assemblySeconds = assemblySeconds;
        pooled = loaded.pool()
                .map(pool -> new Pooled(
                        pool,
                        new PlanCache(store, loaded, settings.maxPlans()),
                        new Adaptations(loaded, settings, adapters)));
    }

    /** What there is because there is a pool. */
    private record Pooled(Pool pool, PlanCache plans, Adaptations adaptations) {}

    @Override
    public Served resolve(String user, Mode mode, Optional<Merge> merge) {
        return switch (mode) {
            case BASE -> base("mode base");
            case AUTO ->
                switch (find(user)) {
                    case Finding.Found found -> assembled(found, merge);
                    case Finding.Missing missing -> unassembled(user, missing);
                };
            case ASSEMBLED ->
                switch (find(user)) {
                    case Finding.Found found -> assembled(found, merge);
                    case Finding.Missing missing ->
                        throw new ServingException(missing.code(), missing.reason(), "user");
                };
            case OWN, RAG, ASSEMBLED_RAG ->
                throw ServingException.invalid(
                        "piecewise.mode", "mode %s is not served by this version".formatted(mode.wire()));
        };
    }

    @Override
    public Plan assemble(String user) {
        Pooled with = pooled.orElseThrow(() ->
                ServingException.invalid("adapters.pool", "a plan is made of a pool's pieces, and no pool is loaded"));
        return assemblies.assemble(user, () -> make(user, with), plan -> keep(user, plan, with));
    }

    @Override
    public void forget(String user) {
        assemblies.drop(user);
        pooled.flatMap(with -> with.plans().forget(user)).ifPresent(adapters::forget);
    }

    @Override
    public void prefetch(String user) {
        try {
            if (find(user) instanceof Finding.Found found) {
                assembled(found, Optional.empty());
            }
        } catch (ServingException refused) {
            log.atDebug().addKeyValue("code", refused.code()).log("nothing was made ready for a user");
        }
    }

    /** The plans in memory, which are counted and not weighed. Empty without a pool. */
    public Optional<CacheStats> plans() {
        return pooled.map(Pooled::plans);
    }

    private Finding find(String user) {
        if (user.isEmpty()) {
            return NO_USER;
        }
        return pooled.map(with -> with.plans().find(user)).orElse(NO_POOL);
    }

    private Served assembled(Finding.Found found, Optional<Merge> merge) {
        Pooled with = pooled.orElseThrow();
        Plan plan = found.plan();
        return new Served(
                with.adaptations().of(found, merge.orElse(settings.assembly().merge())),
                Mode.ASSEMBLED,
                Optional.of(plan.pool()),
                "user has a plan",
                plan.items(),
                plan.sites());
    }

    private Served unassembled(String user, Finding.Missing missing) {
        if (user.isEmpty()) {
            return base(missing.reason());
        }
        return switch (settings.unknownUser()) {
            case BASE -> base(missing.reason());
            case REJECT -> throw new ServingException(ErrorCode.UNKNOWN_USER, missing.reason(), "user");
        };
    }

    private Served base(String reason) {
        return new Served(loaded.base(), Mode.BASE, Optional.empty(), reason, 0, new TreeMap<>());
    }

    private Plan make(String user, Pooled with) {
        Assembler.Options options = settings.assembly();
        with.adaptations()
                .requireServable(Math.min(options.k(), with.pool().sharers().size()), options.merge());
        if (store.user(user).isEmpty()) {
            throw new ServingException(ErrorCode.UNKNOWN_USER, "there is no such user", "user");
        }
        List<HistoryItem> history = store.newest(user, options.maxItems());
        if (history.isEmpty()) {
            throw ServingException.invalid("history", "the user has no history to assemble a plan from");
        }
        long begun = System.nanoTime();
        Plan plan = assembler.assemble(with.pool(), history, options);
        with.adaptations().requireServable(Adaptations.widest(plan), options.merge());
        double seconds = (System.nanoTime() - begun) / NANOS;
        assemblySeconds.accept(seconds);
        log.atInfo()
                .addKeyValue("items", plan.items())
                .addKeyValue("seconds", seconds)
                .log("plan assembled");
        return plan;
    }

    private void keep(String user, Plan plan, Pooled with) {
        store.putPlan(user, plan);
        with.plans().forget(user).ifPresent(adapters::forget);
        prefetch(user);
    }
}
