package dev.piecewise.model;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.engine.Span;
import java.util.List;

/**
 * Which rows of a step use which columns of the adapter bank. A long span gets its adapter's columns alone. Short spans share a segment: as tiles, where every adapter
 * multiplies only its own rows, if their ranks are equal; else densely, where every row takes all columns and a mask leaves its own (the padding is cheaper than many
 * small products).
 */
final class Segments {
    private static final int OWN_SEGMENT = 32;
    private static final int ALL = 0;
    private static final int MASKED = 1;
    private static final int TILED = 2;
    private static final int BY_INDEX = 0;
    private static final int SOME_WITHOUT = 1;
    private static final int MATCHED = 2;
    /** Tiles are computed whole, their unused rows too; beyond so many places for a row the dense way is cheaper. */
    private static final int MOST_PADDING = 3;

    private final List<Span> spans;
    private final Longs table = new Longs(32);
    private final Longs tiles = new Longs(64);

    Segments(List<Span> spans) {
        this.spans = spans;
        int row = 0;
        int i = 0;
        while (i < spans.size()) {
            int end = spans.get(i).length() >= OWN_SEGMENT ? i + 1 : endOfShort(i);
            row = add(i, end, row);
            i = end;
        }
    }

    /** In the layout that the script's {@code add_slots} describes; empty when no span has an adapter in the bank. */
    long[] table() {
        return table.toArray();
    }

    /** Per tiled segment the row of each place of its tiles, then the place of each row. */
    Longs tiles() {
        return tiles;
    }

    /** Bank columns of a span, 0 when it has none. */
    static int columns(Span span) {
        return span.adaptation() instanceof Adaptation.Merged merged
                ? merged.adapter().rank()
                : 0;
    }

    private int endOfShort(int from) {
        int end = from;
        while (end < spans.size() && spans.get(end).length() < OWN_SEGMENT) {
            end++;
        }
        return end;
    }

    private int add(int from, int to, int row) {
        int rows = 0;
        int first = Integer.MAX_VALUE;
        int last = 0;
        boolean same = true;
        for (int i = from; i < to; i++) {
            Span span = spans.get(i);
            rows += span.length();
            int columns = columns(span);
            same &= columns == columns(spans.get(from))
                    && span.column() == spans.get(from).column();
            if (columns > 0) {
                first = Math.min(first, span.column());
                last = Math.max(last, span.column() + columns);
            }
        }
        if (last > 0) {
            add(row, rows, first, last - first, same ? Tiling.NONE : tiling(from, to, first, last - first), same);
        }
        return row + rows;
    }

    private void add(int row, int rows, int column, int columns, Tiling tiling, boolean same) {
        int kind = tiling.rank() > 0 ? TILED : same ? ALL : MASKED;
        table.add(row, rows, column, columns, kind, tiling.rank(), tiling.at(), tiling.each(), tiling.order());
    }

    /**
     * How a segment is cut into tiles.
     *
     * @param rank columns of a tile, 0 when the segment cannot be cut
     * @param at where its rows begin in {@link #tiles()}
     * @param each rows of a tile
     * @param order how rows are matched with tiles
     */
    private record Tiling(int rank, int at, int each, int order) {
        static final Tiling NONE = new Tiling(0, 0, 0, BY_INDEX);
    }

    private Tiling tiling(int from, int to, int first, int columns) {
        int rank = commonRank(from, to, first);
        if (rank == 0) {
            return Tiling.NONE;
        }
        int[] used = new int[columns / rank];
        int rows = 0;
        int each = 0;
        boolean bare = false;
        for (int i = from; i < to; i++) {
            Span span = spans.get(i);
            rows += span.length();
            if (columns(span) == 0) {
                bare = true;
            } else {
                int tile = (span.column() - first) / rank;
                used[tile] += span.length();
                each = Math.max(each, used[tile]);
            }
        }
        if (used.length * each > MOST_PADDING * rows) {
            return Tiling.NONE;
        }
        int at = tiles.size();
        boolean inOrder = addRows(from, to, first, rank, each, used.length);
        boolean matched = inOrder && each == 1 && rows == used.length;
        return new Tiling(rank, at, each, matched ? MATCHED : bare ? SOME_WITHOUT : BY_INDEX);
    }

    /** Whether the rows are in the order of their tiles. */
    private boolean addRows(int from, int to, int first, int rank, int each, int count) {
        int at = tiles.size();
        tiles.size(at + count * each);
        int[] filled = new int[count];
        int row = 0;
        boolean inOrder = true;
        for (int i = from; i < to; i++) {
            Span span = spans.get(i);
            int tile = columns(span) == 0 ? -1 : (span.column() - first) / rank;
            for (int t = 0; t < span.length(); t++) {
                int place = tile < 0 ? count * each : tile * each + filled[tile]++;
                if (tile >= 0) {
                    tiles.set(at + place, row);
                }
                tiles.add(place);
                inOrder &= place == row;
                row++;
            }
        }
        return inOrder;
    }

    /** The rank of all adapters of these spans if it is one and their columns are whole tiles of it, else 0. */
    private int commonRank(int from, int to, int first) {
        int rank = 0;
        for (int i = from; i < to; i++) {
            int columns = columns(spans.get(i));
            if (columns == 0) {
                continue;
            }
            boolean fits = (rank == 0 || columns == rank) && (spans.get(i).column() - first) % columns == 0;
            if (!fits) {
                return 0;
            }
            rank = columns;
        }
        return rank;
    }
}
