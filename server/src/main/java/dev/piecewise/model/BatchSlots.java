package dev.piecewise.model;

import dev.piecewise.engine.Span;
import dev.piecewise.kernel.LowRankUpdate;
import dev.piecewise.kernel.RowProducts.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A batch's rows whose adapters of this rank are in the adapter bank, by their first column there. Made anew only when a batch's adapters change. Confined to one thread. */
final class BatchSlots {
    private static final int NONE = -1;

    private final int rank;
    private final SortedMap<Integer, List<Integer>> byColumn = new TreeMap<>();
    /** Of all rows: the column, and the number of what its A gave. */
    private final int[] columns;

    private final int[] uses;

    private BatchSlots(int rank, int tokens) {
        this.rank = rank;
        this.columns = new int[tokens];
        this.uses = new int[tokens];
        Arrays.fill(columns, NONE);
    }

    /** One for each rank, of the spans that {@link Segments} leaves to kernels of our own. */
    static List<BatchSlots> of(List<Span> spans, int tokens) {
        SortedMap<Integer, BatchSlots> byRank = new TreeMap<>();
        int row = 0;
        for (Span span : spans) {
            int rank = Segments.columns(span);
            if (rank > 0 && !Segments.standsAlone(span)) {
                byRank.computeIfAbsent(rank, key -> new BatchSlots(key, tokens)).add(span, row);
            }
            row += span.length();
        }
        return List.copyOf(byRank.values());
    }

    private void add(Span span, int first) {
        for (int row = first; row < first + span.length(); row++) {
            byColumn.computeIfAbsent(span.column(), _ -> new ArrayList<>()).add(row);
            columns[row] = span.column();
        }
    }

    int rank() {
        return rank;
    }

    /** Says each slot once, with all rows of x that use it. A bank's columns of A are {@code size} bytes long. */
    void down(LowRankUpdate update, long a, long size, Rows x) {
        for (List<Integer> rows : byColumn.values()) {
            update.down(a + columns[rows.getFirst()] * size, rows.size());
            for (int row : rows) {
                uses[row] = update.use(x.address() + row * x.stride() * Short.BYTES, 1);
            }
        }
    }

    /** Says all rows and their terms, once their uses have been said; {@code b} is where a slot in the bank's first column would begin. */
    void rows(LowRankUpdate update, long b, long size, int member) {
        for (int row = 0; row < columns.length; row++) {
            if (columns[row] == NONE) {
                update.row(0);
            } else {
                update.row(1);
                update.term(b + columns[row] * size, uses[row], member * rank);
            }
        }
    }
}
