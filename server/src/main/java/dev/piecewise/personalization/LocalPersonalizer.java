package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.AdapterCache;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Guard;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.metrics.CacheStats;
import dev.piecewise.retrieval.Bm25;
import dev.piecewise.store.Store;
import dev.piecewise.tenant.Tenant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves users by the plans and adapters in a {@link Store}, with one base model and at most one pool. */
public final class LocalPersonalizer implements Personalizer {
    private static final Logger log = LoggerFactory.getLogger(LocalPersonalizer.class);
    private static final Finding NO_USER = new Finding.Missing("no user", ErrorCode.INVALID_REQUEST);
    private static final OwnAdapters.Search NO_OWN =
            new OwnAdapters.Search.Missing("users' own adapters are not served here", ErrorCode.INVALID_REQUEST);

    private final Adaptation.Base base;
    private final Settings settings;
    private final Store store;
    private final AdapterCache adapters;
    private final Optional<OwnAdapters> own;
    private final PlanMaker maker;
    private final Assemblies assemblies = new Assemblies();
    private final Editions editions = new Editions();
    private final PlanCache plans;
    private final Adaptations adaptations;
    private final ServedVersions versions;

    public LocalPersonalizer(Loaded loaded, Settings settings, Store store, Tools tools) {
        base = loaded.base();
        this.settings = settings;
        this.store = store;
        adapters = tools.adapters();
        own = tools.own();
        maker = new PlanMaker(tools.assembler(), tools.heldOut(), settings.guardItems(), tools.assemblySeconds());
        plans = new PlanCache(store, editions, settings.maxPlans(), new Freshness(System::nanoTime), this::forget);
        adaptations = new Adaptations(loaded, settings, adapters);
        versions = new ServedVersions(editions, plans, adaptations, adapters, settings.assembly());
        loaded.pool()
                .ifPresent(
                        pool -> editions.put(Optional.empty(), Edition.first(pool, loaded.resident(), loaded.watch())));
    }

    /**
     * What plans are made, tried and merged with.
     *
     * @param own users' own adapters, where they are served
     * @param assemblySeconds hears how long each history took to become a plan, from whichever thread assembled
     */
    public record Tools(
            Assembler assembler,
            HeldOut heldOut,
            AdapterCache adapters,
            Optional<OwnAdapters> own,
            DoubleConsumer assemblySeconds) {}

    @Override
    public Served resolve(String user, Mode mode, Optional<Merge> merge) {
        return switch (mode) {
            case BASE -> base("mode base");
            case AUTO -> best(user, merge);
            case ASSEMBLED -> assembled(user, merge);
            case OWN ->
                switch (findOwn(user)) {
                    case OwnAdapters.Search.Found found -> own(found);
                    case OwnAdapters.Search.Missing missing -> throw refused(missing.code(), missing.reason());
                };
            case RAG -> retrieving(user, mode, base("mode rag"));
            case ASSEMBLED_RAG -> retrieving(user, mode, assembled(user, merge));
        };
    }

    @Override
    public List<String> recall(String user, String query) {
        List<String> documents = store.newest(user, settings.retrieval().searched()).stream()
                .map(HistoryItem::text)
                .toList();
        return new Bm25(documents)
                .best(query, settings.retrieval().items()).stream()
                        .map(documents::get)
                        .toList();
    }

    @Override
    public Optional<OwnAdapters> own() {
        return own;
    }

    @Override
    public Plan assemble(String user) {
        if (editions.of(user).edition().isEmpty()) {
            throw ServingException.invalid(
                    "adapters.pool",
                    "a plan is made of a pool's pieces, and "
                            + editions.of(user).otherwise().reason());
        }
        return assemblies.assemble(user, () -> make(user));
    }

    @Override
    public Forgotten forget(String user) {
        Optional<Plan> plan = plans.forget(user);
        boolean merged = plan.map(kept -> forget(user, kept)).orElse(false);
        boolean uploaded = own.map(with -> with.forget(user)).orElse(false);
        return new Forgotten(plan.isPresent(), merged || uploaded);
    }

    @Override
    public void prefetch(String user) {
        try {
            if (find(user) instanceof Finding.Found found) {
                assembled(user, found, Optional.empty());
            }
        } catch (ServingException refused) {
            log.atDebug().addKeyValue("code", refused.code()).log("nothing was made ready for a user");
        }
    }

    /** The plans in memory, which are counted and not weighed. */
    public CacheStats plans() {
        return plans;
    }

    @Override
    public Optional<Plan> plan(String user) {
        Optional<Edition> edition = editions.of(user).edition();
        return store.plan(user)
                .map(stored ->
                        edition.isPresent() && PlanCache.checked(stored, edition.get()) instanceof Finding.Found found
                                ? found.plan()
                                : stored);
    }

    /** Which versions of pools users are served from. */
    public ServedVersions versions() {
        return versions;
    }

    private boolean forget(String user, Plan plan) {
        return adapters.forget(Tenant.of(user).prefix(), plan);
    }

    Finding find(String user) {
        if (Tenant.isNobody(user)) {
            return NO_USER;
        }
        return plans.find(user);
    }

    private OwnAdapters.Search findOwn(String user) {
        if (Tenant.isNobody(user)) {
            return new OwnAdapters.Search.Missing("no user", ErrorCode.INVALID_REQUEST);
        }
        return own.map(with -> with.find(user)).orElse(NO_OWN);
    }

    /** The user's own adapter, else the plan unless it is known to be worse than the base, else the base. */
    private Served best(String user, Optional<Merge> merge) {
        OwnAdapters.Search search = findOwn(user);
        if (search instanceof OwnAdapters.Search.Found found) {
            return own(found);
        }
        Served served = switch (find(user)) {
            case Finding.Found found ->
                found.plan()
                        .guard()
                        .filter(Guard::worse)
                        .map(guard ->
                                base("the plan is worse than the base on the newest %d items: loss %.4f instead of %.4f"
                                        .formatted(guard.items(), guard.assembledLoss(), guard.baseLoss())))
                        .orElseGet(() -> assembled(user, found, merge));
            case Finding.Missing missing -> unassembled(user, missing);
        };
        return search instanceof OwnAdapters.Search.Missing missing && missing.code() == ErrorCode.CONFLICT
                ? served.because(missing.reason() + "; " + served.reason())
                : served;
    }

    private Served own(OwnAdapters.Search.Found found) {
        return new Served(
                new Adaptation.Merged(found.adapter()),
                Mode.OWN,
                Optional.empty(),
                "user has an adapter of their own",
                0,
                new TreeMap<>());
    }

    private Served retrieving(String user, Mode mode, Served beneath) {
        if (Tenant.isNobody(user)) {
            throw refused(ErrorCode.INVALID_REQUEST, "no user");
        }
        if (store.user(user).isEmpty()) {
            throw refused(ErrorCode.UNKNOWN_USER, "there is no such user");
        }
        if (store.newest(user, 1).isEmpty()) {
            throw ServingException.invalid("history", "the user has no history to find anything in");
        }
        return new Served(
                beneath.adaptation(),
                mode,
                beneath.pool(),
                "items of the user's history stand before the prompt",
                0,
                beneath.pieces());
    }

    private Served assembled(String user, Optional<Merge> merge) {
        return switch (find(user)) {
            case Finding.Found found -> assembled(user, found, merge);
            case Finding.Missing missing -> throw refused(missing.code(), missing.reason());
        };
    }

    private static ServingException refused(ErrorCode code, String reason) {
        return new ServingException(code, reason, "user");
    }

    /** Nothing stays in memory of a plan that was forgotten since it was found. */
    Served assembled(String user, Finding.Found found, Optional<Merge> merge) {
        Plan plan = found.plan();
        Adaptation adaptation =
                adaptations.of(user, found, merge.orElse(settings.assembly().merge()));
        if (!plans.keeps(user, plan)) {
            forget(user, plan);
        }
        return new Served(
                adaptation, Mode.ASSEMBLED, Optional.of(plan.pool()), "user has a plan", plan.items(), plan.sites());
    }

    private Served unassembled(String user, Finding.Missing missing) {
        if (Tenant.isNobody(user)) {
            return base(missing.reason());
        }
        return switch (settings.unknownUser()) {
            case BASE -> base(missing.reason());
            case REJECT -> throw new ServingException(ErrorCode.UNKNOWN_USER, missing.reason(), "user");
        };
    }

    private Served base(String reason) {
        return new Served(base, Mode.BASE, Optional.empty(), reason, 0, new TreeMap<>());
    }

    private Plan make(String user) {
        Assembler.Options options = settings.assembly();
        Edition edition =
                editions.of(user).edition().orElseThrow(() -> refused(ErrorCode.CONFLICT, "the pool is gone"));
        adaptations.requireServable(edition.pieces(options), options.merge(), edition);
        Store.User known = store.user(user).orElseThrow(() -> refused(ErrorCode.UNKNOWN_USER, "there is no such user"));
        long read = System.nanoTime();
        List<HistoryItem> history = store.newest(user, options.maxItems());
        if (history.isEmpty()) {
            throw ServingException.invalid("history", "the user has no history to assemble a plan from");
        }
        Plan plan =
                maker.make(user, history, options, new Sides(user, base, adaptations, edition, options.merge()), read);
        adaptations.requireServable(Adaptations.widest(plan), options.merge(), edition);
        keep(known, plan);
        return plan;
    }

    /** The pool may have another version by now, without somebody who is in the plan. */
    private void keep(Store.User user, Plan plan) {
        try {
            store.putPlan(user, plan);
        } catch (ServingException refused) {
            forget(user.id(), plan);
            throw refused;
        }
        plan(user.id()).filter(now -> !now.pool().equals(plan.pool())).ifPresent(now -> store.putPlan(user, now));
        plans.forget(user.id()).ifPresent(old -> forget(user.id(), old));
        prefetch(user.id());
    }
}
