package dev.piecewise.grammar;

import dev.piecewise.grammar.Table.FrameSet;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * A machine over bytes as an automaton over the tokens of a vocabulary. Its states are made when they are reached, and with them, when asked for, the sets of
 * tokens that may come next: a walk through all tokens that stops where their bytes lead nowhere. When they have grown too many, new ones are begun. Any thread
 * may call.
 */
final class Grammar {
    static final long MOST_BYTES = 32L << 20;

    /** Steps of a walk between two looks at the clock; one takes a millisecond at most. */
    private static final int STEPS = 16;

    private final Machine machine;
    private final TokenTrie tokens;
    private final int[] classes;
    private final int[] samples;
    private final GrammarState dead;
    private final Slices slices;
    private Table table;
    private IdentityHashMap<FrameSet, GrammarState> states = new IdentityHashMap<>();
    private final long mostBytes;
    private long bytes;

    /** Begins anew when what was found about its states takes {@code mostBytes}. Takes its turn in {@code slices} to find sets of tokens. */
    Grammar(Machine machine, TokenTrie tokens, Slices slices, long mostBytes) {
        this.mostBytes = mostBytes;
        this.slices = slices;
        this.machine = machine;
        this.tokens = tokens;
        classes = machine.classes();
        samples = new int[classes[255] + 1];
        for (int b = 255; b >= 0; b--) {
            samples[classes[b]] = b;
        }
        table = new Table(machine);
        dead = new GrammarState(this, table, new FrameSet(List.of(), false), 0);
    }

    GrammarState dead() {
        return dead;
    }

    synchronized GrammarState start() {
        return state(table.start());
    }

    /** Bytes of memory, about. */
    synchronized long size() {
        return machine.size() + bytes + table.size();
    }

    synchronized GrammarState after(GrammarState state, int octetClass) {
        if (bytes + table.size() > mostBytes) {
            table = new Table(machine);
            states = new IdentityHashMap<>();
            bytes = 0;
        }
        FrameSet set = state.table() == table ? state.set() : table.adopt(state.set());
        return state(table.after(set, samples[octetClass]));
    }

    GrammarState afterToken(GrammarState state, int token) {
        GrammarState at = state;
        for (byte b : tokens.bytes(token)) {
            at = at.afterClass(classes[b & 0xFF]);
        }
        if (at.dead()) {
            throw new IllegalArgumentException("token %d is not allowed here".formatted(token));
        }
        return at;
    }

    long[] allowed(GrammarState state) {
        return slices.run(turn -> walk(state, turn));
    }

    private long[] walk(GrammarState state, Slices.Turn turn) {
        long[] words = new long[tokens.words()];
        GrammarState[] path = new GrammarState[TokenTrie.LONGEST + 1];
        path[0] = state;
        int node = 0;
        int nodes = tokens.nodes();
        for (int step = 1; node < nodes; step++) {
            if (step % STEPS == 0) {
                turn.pause();
            }
            int depth = tokens.depth(node);
            GrammarState next = path[depth].afterClass(classes[tokens.octet(node)]);
            if (next.dead()) {
                node = tokens.skip(node);
            } else {
                tokens.addTokens(node, words);
                path[depth + 1] = next;
                node++;
            }
        }
        count(8L * words.length);
        return words;
    }

    private synchronized void count(long more) {
        bytes += more;
    }

    private GrammarState state(FrameSet set) {
        if (set.dead()) {
            return dead;
        }
        return states.computeIfAbsent(set, unknown -> {
            bytes += 100 + 4L * samples.length;
            return new GrammarState(this, table, set, samples.length);
        });
    }
}
