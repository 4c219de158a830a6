package dev.piecewise.grammar;

import java.util.Arrays;

/**
 * A finished pushdown automaton over bytes. Bytes that no token stands for alone are as good as not there, so from every state that is left the end can be
 * reached byte by byte, and token by token: nothing that is begun leads nowhere.
 *
 * @param reads by state: lowest byte, highest byte, to
 * @param skips by state: to
 * @param calls by state: rule, to
 * @param depths by state: how many calls within calls the end of the rule is away, at least; {@link #DEAD} if it cannot be reached
 */
record Machine(int[][] reads, int[][] skips, int[][] calls, int[] starts, boolean[] ends, int[] depths) {
    static final int DEAD = 1 << 20;

    private static final int[] NONE = {};

    /** {@code usable} says of every byte whether it is a token. */
    static Machine of(Graph graph, boolean[] usable) {
        int[][] reads = byState(graph.states(), graph.reads, 4);
        for (int i = 0; i < reads.length; i++) {
            reads[i] = usable(reads[i], usable);
        }
        int[][] skips = byState(graph.states(), graph.skips, 2);
        int[][] calls = byState(graph.states(), graph.calls, 3);
        int[] starts = new int[graph.starts.size()];
        boolean[] ends = new boolean[graph.states()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = graph.starts.get(i);
            ends[graph.ends.get(i)] = true;
        }
        Machine machine = new Machine(reads, skips, calls, starts, ends, new int[graph.states()]);
        machine.measure();
        return machine;
    }

    /** Bytes of memory, about. */
    long size() {
        return Arrays.stream(reads).mapToLong(edges -> 64 + 4L * edges.length).sum();
    }

    /** Classes of bytes that no edge tells apart, by byte; from 0 on. */
    int[] classes() {
        boolean[] begins = new boolean[257];
        for (int[] edges : reads) {
            for (int i = 0; i < edges.length; i += 3) {
                begins[edges[i]] = true;
                begins[edges[i + 1] + 1] = true;
            }
        }
        int[] classes = new int[256];
        for (int b = 1; b < 256; b++) {
            classes[b] = classes[b - 1] + (begins[b] ? 1 : 0);
        }
        return classes;
    }

    /** Goes round until nothing gets shorter; backwards, as most edges lead to states that were made later. */
    private void measure() {
        for (int i = 0; i < depths.length; i++) {
            depths[i] = ends[i] ? 0 : DEAD;
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int state = depths.length - 1; state >= 0; state--) {
                int depth = depth(state);
                if (depth < depths[state]) {
                    depths[state] = depth;
                    changed = true;
                }
            }
        }
    }

    private int depth(int state) {
        int best = depths[state];
        for (int i = 0; i < reads[state].length; i += 3) {
            best = Math.min(best, depths[reads[state][i + 2]]);
        }
        for (int to : skips[state]) {
            best = Math.min(best, depths[to]);
        }
        for (int i = 0; i < calls[state].length; i += 2) {
            int inside = depths[starts[calls[state][i]]];
            best = Math.min(best, Math.max(inside == DEAD ? DEAD : inside + 1, depths[calls[state][i + 1]]));
        }
        return best;
    }

    private static int[][] byState(int states, Ints edges, int width) {
        int[] counts = new int[states];
        for (int i = 0; i < edges.size(); i += width) {
            counts[edges.get(i)] += width - 1;
        }
        int[][] by = new int[states][];
        for (int i = 0; i < states; i++) {
            by[i] = counts[i] == 0 ? NONE : new int[counts[i]];
        }
        for (int i = edges.size() - width; i >= 0; i -= width) {
            int state = edges.get(i);
            counts[state] -= width - 1;
            for (int j = 1; j < width; j++) {
                by[state][counts[state] + j - 1] = edges.get(i + j);
            }
        }
        return by;
    }

    /** Cuts edges where bytes are missing. */
    private static int[] usable(int[] edges, boolean[] usable) {
        int[] kept = NONE;
        for (int i = 0; i < edges.length; i += 3) {
            int b = edges[i];
            while (b <= edges[i + 1]) {
                int first = b;
                while (b <= edges[i + 1] && usable[b]) {
                    b++;
                }
                if (b > first) {
                    kept = Arrays.copyOf(kept, kept.length + 3);
                    kept[kept.length - 3] = first;
                    kept[kept.length - 2] = b - 1;
                    kept[kept.length - 1] = edges[i + 2];
                }
                b++;
            }
        }
        return kept;
    }
}
