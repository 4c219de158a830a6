package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolWatch;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A version of a pool as it is served: with what of it is on the device, which holds pieces of the version that the server was started with.
 *
 * @param watch tells who withdraws from this version
 * @param device the columns that are on the device; empty where none are
 * @param onDevice the sharers whose pieces there are the ones of this version
 */
record Edition(Pool pool, PoolWatch watch, Optional<Columns> device, Set<String> onDevice) {
    /** The one that a server is started with. */
    static Edition first(Pool pool, boolean resident, PoolWatch watch) {
        return resident
                ? new Edition(pool, watch, Optional.of(Columns.of(pool)), ids(pool))
                : new Edition(pool, watch, Optional.empty(), Set.of());
    }

    /** A later version. Reads all of its pieces to tell whose are on the device; of others nothing is to stay there. */
    Edition next(Pool newer, PoolWatch newWatch) {
        Set<String> common = device.map(columns -> columns.common(newer)).orElse(Set.of());
        return new Edition(newer, newWatch, device.map(columns -> columns.only(common)), common);
    }

    /** Of this version, only those whose pieces are on the device; empty when these are none. */
    Optional<Edition> onDeviceAlone() {
        return onDevice.isEmpty()
                ? Optional.empty()
                : Optional.of(new Edition(PoolEdits.among(pool, onDevice), watch, device, onDevice));
    }

    /** Who was in this version and has withdrawn from a later one. */
    Set<String> withdrawnFrom(Pool newer) {
        Set<String> gone = newer.withdrawn().stream().map(Pool.Withdrawal::id).collect(Collectors.toSet());
        gone.retainAll(sharers());
        return gone;
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
        return new Finding.Found(plan, this, device.flatMap(columns -> gains(plan, columns)));
    }

    /** How many pieces a site takes at most. */
    int pieces(Assembler.Options options) {
        return Math.min(options.k(), pool.sharers().size());
    }

    Set<String> sharers() {
        return ids(pool);
    }

    private Optional<Adaptation.Resident> gains(Plan plan, Columns columns) {
        boolean there = plan.sites().values().stream()
                .flatMap(List::stream)
                .allMatch(choice -> onDevice.contains(choice.sharer()));
        return there ? Optional.of(columns.gains(plan)) : Optional.empty();
    }

    private static Set<String> ids(Pool pool) {
        return Set.copyOf(pool.sharerIds());
    }
}
