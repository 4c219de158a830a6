package dev.piecewise.personalization;

import dev.piecewise.adapter.AdapterCache;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Tenant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which versions of pools users are served from, and what is dropped from memory when others take their place. */
public final class ServedVersions {
    private static final Logger log = LoggerFactory.getLogger(ServedVersions.class);
    private static final String NOT_SERVED =
            "its pieces are not on the device, where adapters.mode wants them, or are too many for adapters.max-rank";
    private static final String NOT_WHOLE =
            "a pool's new version is served without those whose pieces are not on the device; restart to serve them";

    private final Editions editions;
    private final PlanCache plans;
    private final Adaptations adaptations;
    private final AdapterCache adapters;
    private final Assembler.Options assembly;

    ServedVersions(
            Editions editions,
            PlanCache plans,
            Adaptations adaptations,
            AdapterCache adapters,
            Assembler.Options assembly) {
        this.editions = editions;
        this.plans = plans;
        this.adaptations = adaptations;
        this.adapters = adapters;
        this.assembly = assembly;
    }

    /**
     * Serves plans from a version of this owner's pool from now on, the operator's where there is no owner; what runs ends on the one that it began with. Returns what is left of the one before,
     * if there was one. UNAVAILABLE, and nothing changes, where this server cannot run what it has not on the device; but when somebody has withdrawn, those are served whose pieces it has there.
     */
    public Optional<Replaced> take(Optional<Tenant> owner, Pool newer, PoolWatch watch) {
        Optional<Edition> before = editions.of(owner).edition();
        Edition next =
                before.map(edition -> edition.next(newer, watch)).orElseGet(() -> Edition.first(newer, false, watch));
        if (adaptations.canServe(next, next.pieces(assembly), assembly.merge())) {
            editions.put(owner, next);
            return before.filter(edition -> !edition.is(next)).map(edition -> replaced(edition, Optional.of(next)));
        }
        if (before.isEmpty() || before.get().withdrawnFrom(newer).isEmpty()) {
            throw new ServingException(ErrorCode.UNAVAILABLE, NOT_SERVED);
        }
        log.atWarn()
                .addKeyValue("pool", newer.hash())
                .addKeyValue("reason", NOT_SERVED)
                .log(NOT_WHOLE);
        Optional<Edition> rest = next.onDeviceAlone();
        rest.ifPresentOrElse(edition -> editions.put(owner, edition), () -> editions.clear(owner, NOT_WHOLE));
        return Optional.of(replaced(before.get(), rest));
    }

    /** This owner's users are served from no pool from now on, for this reason. Returns what is left of the one before. */
    public Optional<Replaced> leave(Optional<Tenant> owner, String reason) {
        Optional<Edition> before = editions.of(owner).edition();
        editions.clear(owner, reason);
        return before.map(edition -> replaced(edition, Optional.empty()));
    }

    private Replaced replaced(Edition before, Optional<Edition> next) {
        Set<String> gone = new HashSet<>(before.sharers());
        next.ifPresent(edition -> gone.removeAll(edition.sharers()));
        Map<String, Plan> outdated = plans.refresh(gone);
        adapters.drop(before.pool().hash());
        Set<Integer> columns = before.device()
                .map(there -> there.lost(next.flatMap(Edition::device).orElseGet(() -> there.only(Set.of()))))
                .orElse(Set.of());
        return new Replaced(before.pool().hash(), !gone.isEmpty(), outdated.keySet(), columns);
    }
}
