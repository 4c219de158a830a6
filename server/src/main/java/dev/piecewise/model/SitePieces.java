package dev.piecewise.model;

import dev.piecewise.kernel.LowRankUpdate;
import dev.piecewise.kernel.RowProducts.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which of the resident pool's pieces of one site a batch's spans take, and how much of each. Confined to one thread. */
final class SitePieces {
    private final SortedMap<Integer, List<Share>> bySharer = new TreeMap<>();
    private final List<List<Share>> bySpan = new ArrayList<>();

    SitePieces(int spans) {
        for (int i = 0; i < spans; i++) {
            bySpan.add(new ArrayList<>());
        }
    }

    /** The span's rows begin at {@code row}. */
    void add(int span, int row, int rows, int sharer, float gain) {
        Share share = new Share(sharer, row, rows, gain);
        bySharer.computeIfAbsent(sharer, _ -> new ArrayList<>()).add(share);
        bySpan.get(span).add(share);
    }

    /** Says each piece once, with all rows of x that use it. A pool's A lie {@code size} bytes apart. */
    void down(LowRankUpdate update, long a, long size, Rows x) {
        for (List<Share> shares : bySharer.values()) {
            int rows = 0;
            for (Share share : shares) {
                rows += share.rows;
            }
            update.down(a + shares.getFirst().sharer * size, rows);
            for (Share share : shares) {
                share.use(update, x);
            }
        }
    }

    /** Says all of a span's rows and their terms, once their uses have been said. */
    void rows(LowRankUpdate update, int span, int rows, long b, long size) {
        List<Share> shares = bySpan.get(span);
        for (int row = 0; row < rows; row++) {
            update.row(shares.size());
            for (Share share : shares) {
                update.term(b + share.sharer * size, share.firstUse + row, 0);
            }
        }
    }

    /** What a span takes of a piece. */
    private static final class Share {
        private final int sharer;
        private final int row;
        private final int rows;
        private final float gain;
        private int firstUse;

        Share(int sharer, int row, int rows, float gain) {
            this.sharer = sharer;
            this.row = row;
            this.rows = rows;
            this.gain = gain;
        }

        void use(LowRankUpdate update, Rows x) {
            for (int i = 0; i < rows; i++) {
                int use = update.use(x.address() + (row + i) * x.stride() * Short.BYTES, gain);
                firstUse = i == 0 ? use : firstUse;
            }
        }
    }
}
