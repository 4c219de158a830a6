package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * All pieces of a base model that sharers published; immutable, known by its content hash.
 *
 * @param base fingerprint of the base model
 * @param scale alpha / rank, to be applied to {@code B A}
 * @param merge what a plan is merged by unless something else is asked for
 * @param keys where the pieces' keys come from, and so how they score
 * @param withdrawn who was in an earlier version and is in no later one
 * @param earlier content hashes of the versions that this one was made from; the sharers that both have gave the same pieces
 * @param forecast how much each sharer's pieces would help a user, beside what the keys say
 */
public record Pool(
        String hash,
        String base,
        int rank,
        double scale,
        Merge merge,
        Keys keys,
        List<Sharer> sharers,
        SortedMap<Site, PieceStack> sites,
        List<Withdrawal> withdrawn,
        List<String> earlier,
        Optional<GainForecast> forecast) {

    public Pool {
        int count = sharers.size();
        forecast.filter(foreseen -> foreseen.sharers() != count).ifPresent(foreseen -> {
            throw new IllegalArgumentException(
                    "the forecast is of %d sharers, the pool has %d".formatted(foreseen.sharers(), count));
        });
    }

    public Pool(
            String hash,
            String base,
            int rank,
            double scale,
            Merge merge,
            Keys keys,
            List<Sharer> sharers,
            SortedMap<Site, PieceStack> sites) {
        this(hash, base, rank, scale, merge, keys, sharers, sites, List.of(), List.of(), Optional.empty());
    }

    /**
     * Who gave pieces.
     *
     * @param items from how many the pieces were trained, 0 when unknown
     * @param absent the pool's sites that the sharer gave no piece for; the stacks hold zeros there
     */
    public record Sharer(String id, int items, Optional<Consent> consent, SortedSet<Site> absent) {
        public Sharer {
            absent = Collections.unmodifiableSortedSet(new TreeSet<>(absent));
        }

        /** A sharer of all sites. */
        public Sharer(String id, int items) {
            this(id, items, Optional.empty(), new TreeSet<>());
        }
    }

    /** Who took their pieces back, and when. */
    public record Withdrawal(String id, Instant at) {}

    /** The pieces of a site that the pool has. */
    public PieceStack stack(Site site) {
        PieceStack stack = sites.get(site);
        if (stack == null) {
            throw new IllegalArgumentException("the pool has no site " + site);
        }
        return stack;
    }

    /** The sharers in the pool's order. */
    public List<String> sharerIds() {
        return sharers.stream().map(Sharer::id).toList();
    }

    /** The number of a sharer in the pool's order, or -1. */
    public int indexOf(String sharer) {
        for (int i = 0; i < sharers.size(); i++) {
            if (sharers.get(i).id().equals(sharer)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether this sharer gave a piece for this site. */
    public boolean has(int sharer, Site site) {
        return sites.containsKey(site) && !sharers.get(sharer).absent().contains(site);
    }

    /** How many pieces there are. */
    public int pieces() {
        return sharers.size() * sites.size()
                - sharers.stream().mapToInt(sharer -> sharer.absent().size()).sum();
    }

    Pool withForecast(Optional<GainForecast> forecast) {
        return new Pool(hash, base, rank, scale, merge, keys, sharers, sites, withdrawn, earlier, forecast);
    }

    Pool withHash(String hash) {
        return new Pool(hash, base, rank, scale, merge, keys, sharers, sites, withdrawn, earlier, forecast);
    }
}
