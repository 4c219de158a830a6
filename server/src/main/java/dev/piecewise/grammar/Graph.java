package dev.piecewise.grammar;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pushdown automaton over bytes while it is built: states with edges that read a byte, read nothing, or call a rule and come back. A rule is a start and an end
 * state. Parts are added from a state to a state, so that they stand one behind the other without being copied.
 */
final class Graph {
    private final Budget budget;
    private final Map<List<Integer>, Integer> tails = new HashMap<>();
    private int states;
    /** From, lowest byte, highest byte, to. */
    final Ints reads = new Ints();
    /** From, to. */
    final Ints skips = new Ints();
    /** From, rule, to. */
    final Ints calls = new Ints();

    final Ints starts = new Ints();
    final Ints ends = new Ints();

    Graph(Budget budget) {
        this.budget = budget;
    }

    Budget budget() {
        return budget;
    }

    int states() {
        return states;
    }

    int state() {
        budget.take(1);
        return states++;
    }

    /** The number of a new rule. The first one is where everything starts. */
    int rule() {
        starts.add(state());
        ends.add(state());
        return starts.size() - 1;
    }

    void read(int from, int lowest, int highest, int to) {
        reads.add(from);
        reads.add(lowest);
        reads.add(highest);
        reads.add(to);
    }

    void skip(int from, int to) {
        skips.add(from);
        skips.add(to);
    }

    void call(int from, int rule, int to) {
        calls.add(from);
        calls.add(rule);
        calls.add(to);
    }

    /** Reads these bytes; the state behind them. */
    int text(int from, byte[] bytes) {
        int at = from;
        for (byte b : bytes) {
            int next = state();
            read(at, b & 0xFF, b & 0xFF, next);
            at = next;
        }
        return at;
    }

    /** Reads an ASCII text; the state behind it. */
    int text(int from, String ascii) {
        return text(from, ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** A state that reads a byte of this range on its way to another; there is only one of a kind. */
    int tail(int lowest, int highest, int to) {
        return tails.computeIfAbsent(List.of(lowest, highest, to), key -> {
            int state = state();
            read(state, lowest, highest, to);
            return state;
        });
    }
}
