package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.List;
import java.util.SortedMap;

/**
 * All pieces of a base model that sharers published; immutable, known by its content hash.
 *
 * @param base fingerprint of the base model
 * @param scale alpha / rank, to be applied to {@code B A}
 * @param merge what a plan is merged by unless something else is asked for
 * @param keys where the pieces' keys come from, and so how they score
 */
public record Pool(
        String hash,
        String base,
        int rank,
        double scale,
        Merge merge,
        Keys keys,
        List<Sharer> sharers,
        SortedMap<Site, PieceStack> sites) {

    /** The pieces of a site that the pool has. */
    public PieceStack stack(Site site) {
        PieceStack stack = sites.get(site);
        if (stack == null) {
            throw new IllegalArgumentException("the pool has no site " + site);
        }
        return stack;
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

    Pool withHash(String hash) {
        return new Pool(hash, base, rank, scale, merge, keys, sharers, sites);
    }

    /** Who gave pieces, and from how many items they were trained (0 when unknown). */
    public record Sharer(String id, int items) {}
}
