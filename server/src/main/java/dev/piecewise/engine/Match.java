package dev.piecewise.engine;

import org.jspecify.annotations.Nullable;

/**
 * What of a prompt stands in the KV arena already.
 *
 * @param extent the one that has most of it, null if none has enough to be worth it
 * @param shared tokens that it has computed
 * @param whole whether it is a cached prefix and nothing else stands in it
 * @param coming tokens that a running sequence shares, computed or about to be
 */
record Match(@Nullable Extent extent, int shared, boolean whole, int coming) {
    /** Shorter prefixes are sooner computed than found and copied. */
    static final int SHORTEST = 16;

    static final Match NONE = new Match(null, 0, false, 0);
}
