package dev.piecewise.model;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.engine.Span;
import dev.piecewise.kernel.LowRank;
import java.util.List;

/**
 * Which rows of a step use which columns of the adapter bank. A long span has a segment of its own, where its adapter is two matrix products. Short spans whose slots
 * have the same rank share one, where each row looks up its own slot: so the rounding of a token's numbers does not depend on who else is in the batch.
 */
final class Segments {
    private static final int LONG = 32;
    /** Of a group's projections, which lie side by side. */
    private static final int MOST_RANK = LowRank.MOST_WIDTH / 3;

    private final List<Span> spans;
    private final boolean own;
    private final int[] columns;
    private final Longs table = new Longs(32);

    /** {@code own}: {@link StepUpdates} has all spans but those that stand alone. */
    Segments(List<Span> spans, boolean own) {
        this.spans = spans;
        this.own = own;
        columns = new int[spans.size()];
        int row = 0;
        int i = 0;
        while (i < spans.size()) {
            int end = own || columns(spans.get(i)) == 0 || spans.get(i).length() >= LONG ? i + 1 : endOfShared(i);
            if (columns(spans.get(i)) > 0 && (!own || standsAlone(spans.get(i)))) {
                add(i, end, row);
            }
            row += rows(i, end);
            i = end;
        }
    }

    /** In the layout that the script's {@code add_slots} describes; empty when no span has an adapter in the bank. */
    long[] table() {
        return table.toArray();
    }

    /** First of the bank's columns that the rows of a span read: their adapter's, or somebody's in their segment if they have none. */
    int column(int span) {
        return columns[span];
    }

    /** Whether a span's adapter is two matrix products, wherever the rest of the batch's is computed. */
    static boolean standsAlone(Span span) {
        return span.length() >= LONG || columns(span) > MOST_RANK;
    }

    /** How many bank columns a span's adapter has, 0 when it has none there. */
    static int columns(Span span) {
        return span.adaptation() instanceof Adaptation.Merged merged
                ? merged.adapter().rank()
                : 0;
    }

    /** Behind the last span of those from here on that can share its segment; spans without an adapter may stand between them. */
    private int endOfShared(int from) {
        Span first = spans.get(from);
        int rank = columns(first);
        int end = from + 1;
        for (int i = end; i < spans.size() && spans.get(i).length() < LONG; i++) {
            Span span = spans.get(i);
            if (columns(span) == rank && (span.column() - first.column()) % rank == 0) {
                end = i + 1;
            } else if (columns(span) > 0) {
                break;
            }
        }
        return end;
    }

    private void add(int from, int to, int row) {
        Span first = spans.get(from);
        boolean shared = !own && first.length() < LONG;
        boolean bare = false;
        for (int i = from; i < to; i++) {
            boolean without = columns(spans.get(i)) == 0;
            bare |= without;
            columns[i] = without ? first.column() : spans.get(i).column();
        }
        table.add(row, rows(from, to), first.column(), columns(first), shared ? 1 : 0, bare ? 1 : 0);
    }

    private int rows(int from, int to) {
        int rows = 0;
        for (int i = from; i < to; i++) {
            rows += spans.get(i).length();
        }
        return rows;
    }
}
