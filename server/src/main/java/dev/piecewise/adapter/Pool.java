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

    /** Who gave pieces, and from how many items they were trained (0 when unknown). */
    public record Sharer(String id, int items) {}
}
