package dev.piecewise.model;

import dev.piecewise.engine.Span;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowAttention.Table;
import java.util.List;

/** The single tokens that a batch begins with, one of each sequence, as {@code attend_alone} takes them. */
final class SingleTokens {
    private final Heads heads;
    private final long places;
    private final Longs table = new Longs(64);
    private int tokens;
    private int longest;

    SingleTokens(Heads heads, long places, List<Span> spans) {
        this.heads = heads;
        this.places = places;
        while (tokens < spans.size() && spans.get(tokens).length() == 1) {
            add(spans.get(tokens));
        }
    }

    Longs table() {
        return table;
    }

    int tokens() {
        return tokens;
    }

    /** Items of the table, tokens, places of the longest; nothing if there are no tokens. */
    long[] counts() {
        return tokens == 0 ? new long[0] : new long[] {(long) tokens * heads.kv(), tokens, longest};
    }

    private void add(Span span) {
        int at = table.size();
        int length = span.position() + 1;
        table.size(at + heads.kv() * Table.WIDTH);
        Table.put(
                table.values(),
                at,
                heads,
                (long) tokens * (heads.all() + 2 * heads.kv()) * heads.dim(),
                (long) tokens * heads.all() * heads.dim(),
                span.extent(),
                places,
                length);
        tokens++;
        longest = Math.max(longest, length);
    }
}
