package dev.piecewise.personalization;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.tenant.Tenant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The versions of pools that are served: the operator's, for every tenant who has no pool, and those of tenants who have one. Any thread may call. */
final class Editions {
    private static final Shelf NOTHING =
            new Shelf(Optional.empty(), new Finding.Missing("no pool is loaded", ErrorCode.INVALID_REQUEST));

    private final Map<Tenant, Shelf> own = new ConcurrentHashMap<>();
    private volatile Shelf shared = NOTHING;

    /** What somebody's users are served from; {@code otherwise} says why there is nothing. */
    record Shelf(Optional<Edition> edition, Finding.Missing otherwise) {}

    /** What this user is served from. */
    Shelf of(String user) {
        Shelf mine = own.isEmpty() ? null : own.get(Tenant.of(user));
        return mine == null ? shared : mine;
    }

    /** What this owner's users are served from; that of who has no pool for no owner. */
    Shelf of(Optional<Tenant> owner) {
        return owner.map(tenant -> own.getOrDefault(tenant, NOTHING)).orElse(shared);
    }

    void put(Optional<Tenant> owner, Edition edition) {
        set(owner, new Shelf(Optional.of(edition), NOTHING.otherwise()));
    }

    /** This owner's users are served from no pool. */
    void clear(Optional<Tenant> owner, String reason) {
        set(owner, new Shelf(Optional.empty(), new Finding.Missing(reason, ErrorCode.CONFLICT)));
    }

    private void set(Optional<Tenant> owner, Shelf shelf) {
        owner.ifPresentOrElse(tenant -> own.put(tenant, shelf), () -> shared = shelf);
    }
}
