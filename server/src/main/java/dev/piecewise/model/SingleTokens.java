package dev.piecewise.model;

import dev.piecewise.engine.Span;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowAttention.Table;
import java.util.List;

/** The single tokens that a batch begins with, one of each sequence, as {@code attend_alone} takes them. One batch's at a time; its memory is used again. Confined to one thread. */
final class SingleTokens {
    private final Heads heads;
    private final long places;
    private final Longs table = new Longs(64);
    private int tokens;
    private int longest;

    SingleTokens(Heads heads, long places) {
        this.heads = heads;
        this.places = places;
    }

    /** Those of this batch from now on. */
    void take(List<Span> spans) {
        table.clear();
        tokens = 0;
        longest = 0;
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
        int length = span.position() + 1;
        int at = table.addZeros(heads.kv() * Table.WIDTH);
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
