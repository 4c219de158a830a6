package dev.piecewise.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sets of frames that a machine can be in, as they are reached. A set is the machine's state whatever text led there, so it is made once and remembers what
 * follows. Guarded by its grammar.
 */
final class Table {
    /** Values nest no deeper. */
    static final int MOST_DEPTH = 64;

    /** Ambiguous expressions keep so many possibilities at a time. */
    private static final int MOST_FRAMES = 1000;

    private final Machine machine;
    private final Map<Frame.Key, Frame> frames = new HashMap<>();
    private final Map<List<Integer>, FrameSet> sets = new HashMap<>();
    private long size;

    Table(Machine machine) {
        this.machine = machine;
    }

    /**
     * @param reading frames with an edge that reads
     * @param accepting whether the text may end here
     */
    record FrameSet(List<Frame> reading, boolean accepting) {
        boolean dead() {
            return reading.isEmpty() && !accepting;
        }
    }

    /** Bytes of memory, about. */
    long size() {
        return size;
    }

    /** A set of another table of the same machine. */
    FrameSet adopt(FrameSet foreign) {
        List<Frame> own = new ArrayList<>();
        foreign.reading.forEach(frame -> addTo(own, adopt(frame)));
        return new FrameSet(own, foreign.accepting);
    }

    private @Nullable Frame adopt(Frame frame) {
        Frame below = frame.below();
        Frame ownBelow = below == null ? null : adopt(below);
        return below != null && ownBelow == null ? null : frame(frame.state(), ownBelow);
    }

    FrameSet start() {
        Frame start = frame(machine.starts()[0], null);
        return closure(start == null ? List.of() : List.of(start));
    }

    FrameSet after(FrameSet set, int octet) {
        List<Frame> next = new ArrayList<>();
        for (Frame frame : set.reading) {
            int[] edges = machine.reads()[frame.state()];
            for (int i = 0; i < edges.length; i += 3) {
                if (edges[i] <= octet && octet <= edges[i + 1]) {
                    addTo(next, frame(edges[i + 2], frame.below()));
                }
            }
        }
        return closure(next);
    }

    private FrameSet closure(Collection<Frame> from) {
        ArrayDeque<Frame> open = new ArrayDeque<>(from);
        Set<Integer> seen = new HashSet<>();
        from.forEach(frame -> seen.add(frame.number()));
        List<Frame> reading = new ArrayList<>();
        boolean accepting = false;
        while (!open.isEmpty() && reading.size() < MOST_FRAMES) {
            Frame frame = open.removeLast();
            if (reads(frame)) {
                reading.add(frame);
            }
            accepting |= machine.ends()[frame.state()] && frame.below() == null;
            for (Frame next : silent(frame)) {
                if (seen.add(next.number())) {
                    open.addLast(next);
                }
            }
        }
        reading.sort(Comparator.comparingInt(Frame::number));
        int[] key = new int[reading.size() + 1];
        Arrays.setAll(key, i -> i < reading.size() ? reading.get(i).number() : -1);
        key[reading.size()] = accepting ? -1 : -2;
        FrameSet set = new FrameSet(List.copyOf(reading), accepting);
        return sets.computeIfAbsent(Arrays.stream(key).boxed().toList(), unknown -> {
            size += 200 + 24L * key.length;
            return set;
        });
    }

    private boolean reads(Frame frame) {
        int[] edges = machine.reads()[frame.state()];
        for (int i = 0; i < edges.length; i += 3) {
            if (machine.depths()[edges[i + 2]] + frame.depth() <= MOST_DEPTH) {
                return true;
            }
        }
        return false;
    }

    /** Where a frame leads without reading. */
    private List<Frame> silent(Frame frame) {
        List<Frame> next = new ArrayList<>();
        for (int to : machine.skips()[frame.state()]) {
            addTo(next, frame(to, frame.below()));
        }
        int[] calls = machine.calls()[frame.state()];
        for (int i = 0; i < calls.length; i += 2) {
            Frame back = frame(calls[i + 1], frame.below());
            if (back != null) {
                addTo(next, frame(machine.starts()[calls[i]], back));
            }
        }
        if (machine.ends()[frame.state()]) {
            addTo(next, frame.below());
        }
        return next;
    }

    private static void addTo(List<Frame> frames, @Nullable Frame frame) {
        if (frame != null) {
            frames.add(frame);
        }
    }

    /** Null if the end cannot be reached from there without nesting too deeply. */
    private @Nullable Frame frame(int state, @Nullable Frame below) {
        int depth = below == null ? 0 : below.depth() + 1;
        if (machine.depths()[state] + depth > MOST_DEPTH) {
            return null;
        }
        Frame.Key key = new Frame.Key(state, below == null ? -1 : below.number());
        return frames.computeIfAbsent(key, unknown -> {
            size += 120;
            return new Frame(state, below, depth, frames.size());
        });
    }
}
