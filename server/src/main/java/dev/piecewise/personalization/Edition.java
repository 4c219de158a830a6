package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.PieceStack;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.checkpoint.Site;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A version of the pool as it is served: with what of it is on the device, which holds the pieces of the version that the server was started with.
 *
 * @param watch tells who withdraws from this version
 * @param device the version whose pieces are on the device; empty where none are
 * @param onDevice the sharers whose pieces there are the ones of this version
 */
record Edition(Pool pool, PoolWatch watch, Optional<Pool> device, Set<String> onDevice) {
    /** The one that a server is started with. */
    static Edition first(Loaded loaded) {
        Pool pool = loaded.pool().orElseThrow();
        return new Edition(pool, loaded.watch(), loaded.resident() ? Optional.of(pool) : Optional.empty(), ids(pool));
    }

    /** A later version. Reads all of its pieces to tell whose are on the device. */
    Edition next(Pool newer, PoolWatch newWatch) {
        Set<String> common = device.map(columns -> common(columns, newer)).orElse(Set.of());
        return new Edition(newer, newWatch, device, common);
    }

    /** Whether both are of the same content. */
    boolean is(Edition other) {
        return pool.hash().equals(other.pool.hash());
    }

    boolean allOnDevice() {
        return onDevice.containsAll(ids(pool));
    }

    /** A plan for this version, as it can be run. */
    Finding.Found found(Plan plan) {
        return new Finding.Found(plan, pool, device.flatMap(columns -> gains(plan, columns)));
    }

    private Optional<Adaptation.Resident> gains(Plan plan, Pool columns) {
        if (columns.hash().equals(pool.hash())) {
            return Optional.of(Plans.resident(plan, columns));
        }
        boolean there = plan.sites().values().stream()
                .flatMap(List::stream)
                .allMatch(choice -> onDevice.contains(choice.sharer()));
        return there ? Plans.moved(plan, columns).map(moved -> Plans.resident(moved, columns)) : Optional.empty();
    }

    private static Set<String> ids(Pool pool) {
        return pool.sharers().stream().map(Pool.Sharer::id).collect(Collectors.toUnmodifiableSet());
    }

    /** Who withdraws and comes back under the same name may have brought other pieces. */
    private static Set<String> common(Pool columns, Pool newer) {
        if (columns.rank() != newer.rank() || columns.scale() != newer.scale()) {
            return Set.of();
        }
        return newer.sharers().stream()
                .map(Pool.Sharer::id)
                .filter(id -> columns.indexOf(id) >= 0 && same(id, columns, newer))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean same(String id, Pool columns, Pool newer) {
        int there = columns.indexOf(id);
        int here = newer.indexOf(id);
        return newer.sites().keySet().stream()
                .filter(site -> newer.has(here, site))
                .allMatch(site -> columns.has(there, site) && same(site, there, columns, here, newer));
    }

    private static boolean same(Site site, int there, Pool columns, int here, Pool newer) {
        PieceStack old = columns.stack(site);
        PieceStack now = newer.stack(site);
        return Arrays.equals(old.a(there), now.a(here)) && Arrays.equals(old.b(there), now.b(here));
    }
}
