package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Fingerprints;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whose pieces are on the device as columns. It holds none of the pieces, so nothing of who withdraws stays in memory because of it.
 *
 * @param version of the pool that the columns were loaded from
 * @param sharers in the order of the columns
 * @param pieces what the columns hold, by sharer, as hashes; who is not among these has left, and their columns hold nothing
 */
record Columns(String version, List<String> sharers, Map<String, String> pieces) {
    static Columns of(Pool pool) {
        return new Columns(pool.hash(), pool.sharerIds(), hashes(pool));
    }

    /** The sharers of this version whose pieces are in the columns. Reads all of them. */
    Set<String> common(Pool newer) {
        Map<String, String> there = hashes(newer);
        return pieces.entrySet().stream()
                .filter(piece -> piece.getValue().equals(there.get(piece.getKey())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** When everybody else's are erased. */
    Columns only(Set<String> left) {
        Map<String, String> rest = new LinkedHashMap<>(pieces);
        rest.keySet().retainAll(left);
        return new Columns(version, sharers, rest);
    }

    /** The numbers of those whose pieces are here and not in the later ones. */
    Set<Integer> lost(Columns later) {
        return IntStream.range(0, sharers.size())
                .filter(i -> pieces.containsKey(sharers.get(i)) && !later.pieces.containsKey(sharers.get(i)))
                .boxed()
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The plan, whose pieces must all be here, as gains. */
    Adaptation.Resident gains(Plan plan) {
        return Plans.resident(plan, version, sharers);
    }

    private static Map<String, String> hashes(Pool pool) {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (int i = 0; i < pool.sharers().size(); i++) {
            hashes.put(pool.sharers().get(i).id(), Fingerprints.pieces(pool, i));
        }
        return hashes;
    }
}
