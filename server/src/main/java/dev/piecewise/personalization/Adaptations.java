package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.AdapterCache;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Tenant;
import java.util.List;

/** Makes plans into what the engine runs: gains on the resident pool where these can say it, else a merged adapter for a slot. */
final class Adaptations {
    private final Settings settings;
    private final AdapterCache adapters;

    /** INVALID_REQUEST with param {@code adapters.mode} when plans are to run on a resident pool that is not there. */
    Adaptations(Loaded loaded, Settings settings, AdapterCache adapters) {
        this.settings = settings;
        this.adapters = adapters;
        if (settings.mode() == AdapterMode.RESIDENT && loaded.pool().isPresent() && !loaded.resident()) {
            throw ServingException.invalid(
                    "adapters.mode", "adapters.mode is resident, and the pool is not on the device");
        }
    }

    /** INVALID_REQUEST with param {@code piecewise.merge} when neither the resident pool nor a slot can run the plan merged so. */
    Adaptation of(String user, Finding.Found found, Merge merge) {
        Plan plan = found.plan();
        Edition edition = found.edition();
        if (isResident(merge, edition) && found.gains().isPresent()) {
            return found.gains().get();
        }
        if (mustBeResident(edition)) {
            throw new ServingException(
                    ErrorCode.CONFLICT,
                    "a piece of the user's plan is not on the device, and adapters.mode is resident; restart the server");
        }
        requireRoom(widest(plan), merge, edition.pool());
        return new Adaptation.Merged(
                adapters.get(Tenant.of(user).prefix(), plan, edition.pool(), merge),
                edition.pool().hash());
    }

    /** INVALID_REQUEST when a plan of this many pieces a site could not be served, merged so. */
    void requireServable(int pieces, Merge merge, Edition edition) {
        if (!isResident(merge, edition) || !edition.allOnDevice()) {
            requireRoom(pieces, merge, edition.pool());
        }
    }

    /** Whether every plan of this many pieces a site that such a version is assembled to can be served. */
    boolean canServe(Edition edition, int pieces, Merge merge) {
        return (edition.device().isPresent() && edition.allOnDevice())
                || (!mustBeResident(edition) && rank(pieces, merge, edition.pool()) <= settings.maxRank());
    }

    static int widest(Plan plan) {
        return plan.sites().values().stream().mapToInt(List::size).max().orElse(0);
    }

    /** Only the pool that the device holds can be; tenants' own pools are served from slots. */
    private boolean mustBeResident(Edition edition) {
        return settings.mode() == AdapterMode.RESIDENT && edition.device().isPresent();
    }

    private boolean isResident(Merge merge, Edition edition) {
        if (edition.device().isEmpty()) {
            return false;
        }
        return switch (settings.mode()) {
            case SLOTS -> false;
            case AUTO -> merge == Merge.PRODUCT;
            case RESIDENT -> {
                if (merge == Merge.FACTOR) {
                    throw ServingException.invalid(
                            "piecewise.merge", "merge factor needs a slot, and adapters.mode is resident; use product");
                }
                yield true;
            }
        };
    }

    private static int rank(int pieces, Merge merge, Pool pool) {
        return switch (merge) {
            case PRODUCT -> pieces * pool.rank();
            case FACTOR -> pool.rank();
        };
    }

    private void requireRoom(int pieces, Merge merge, Pool pool) {
        int rank = rank(pieces, merge, pool);
        if (rank > settings.maxRank()) {
            throw ServingException.invalid(
                    "piecewise.merge",
                    "merge %s of %d pieces of rank %d makes an adapter of rank %d, and adapters.max-rank is %d"
                            .formatted(merge.wire(), pieces, pool.rank(), rank, settings.maxRank()));
        }
    }
}
