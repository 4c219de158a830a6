package dev.piecewise.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds what of a prompt has its keys and values in the arena already. Extents are filed under the adapter's fingerprint and their first {@value #SHORTEST} tokens,
 * so that only those that are worth it are compared, token by token.
 */
final class PrefixIndex {
    /** Shorter prefixes are sooner computed than found and copied. */
    static final int SHORTEST = 16;

    private record Key(String fingerprint, int head) {
        static Key of(String fingerprint, TokenList tokens) {
            int head = 1;
            for (int i = 0; i < SHORTEST; i++) {
                head = 31 * head + tokens.ids()[i];
            }
            return new Key(fingerprint, head);
        }
    }

    /**
     * @param extent the one that shares most of what it computed, null if none is worth it
     * @param shared tokens that it shares and has computed
     * @param whole whether it is cached and nothing else stands in it
     * @param coming tokens that a running sequence shares, computed or still to be computed from its prompt
     */
    record Match(@Nullable Extent extent, int shared, boolean whole, int coming) {
        static final Match NONE = new Match(null, 0, false, 0);
    }

    private final Map<Key, List<Extent>> extents = new HashMap<>();
    private int size;

    int size() {
        return size;
    }

    /** Files an extent of at least {@value #SHORTEST} tokens. */
    void add(Extent extent) {
        extents.computeIfAbsent(key(extent), key -> new ArrayList<>()).add(extent);
        size++;
    }

    boolean remove(Extent extent) {
        if (extent.tokens().length() < SHORTEST) {
            return false;
        }
        Key key = key(extent);
        List<Extent> bucket = extents.getOrDefault(key, List.of());
        int index = bucket.indexOf(extent);
        if (index < 0) {
            return false;
        }
        bucket.set(index, bucket.getLast());
        bucket.removeLast();
        if (bucket.isEmpty()) {
            extents.remove(key);
        }
        size--;
        return true;
    }

    /** All extents that begin with the same tokens, perhaps among others. */
    List<Extent> alike(String fingerprint, TokenList tokens) {
        return tokens.length() < SHORTEST ? List.of() : extents.getOrDefault(Key.of(fingerprint, tokens), List.of());
    }

    /** The best match for a prompt; its last token is never shared, as something must be computed to go on from. */
    Match longest(String fingerprint, TokenList tokens) {
        Match best = Match.NONE;
        int coming = 0;
        List<Extent> bucket = alike(fingerprint, tokens);
        for (int i = 0; i < bucket.size(); i++) {
            Extent extent = bucket.get(i);
            int common = extent.tokens().common(tokens);
            int shared = Math.min(Math.min(common, extent.computed()), tokens.length() - 1);
            boolean whole = extent.cached() && extent.computed() <= common;
            if (!extent.cached()) {
                coming = Math.max(coming, Math.min(common, tokens.length() - 1));
            }
            if (shared >= SHORTEST && (shared > best.shared || (shared == best.shared && whole && !best.whole))) {
                best = new Match(extent, shared, whole, 0);
            }
        }
        return new Match(best.extent, best.shared, best.whole, coming);
    }

    private static Key key(Extent extent) {
        return Key.of(extent.fingerprint(), extent.tokens());
    }
}
