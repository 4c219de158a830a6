package dev.piecewise.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/** A set of characters as ranges that are in order and do not touch. Surrogates and NUL are never in it. */
record CodePoints(List<Range> ranges) {
    static final CodePoints ALL = of(0, Character.MAX_CODE_POINT);
    static final CodePoints NONE = new CodePoints(List.of());

    /** From the first to the last of them, both included. */
    record Range(int first, int last) {}

    static CodePoints of(int first, int last) {
        List<Range> ranges = new ArrayList<>();
        addBetween(ranges, Math.max(1, first), Math.min(last, Character.MIN_SURROGATE - 1));
        addBetween(ranges, Math.max(first, Character.MAX_SURROGATE + 1), last);
        return new CodePoints(ranges);
    }

    static CodePoints of(int codePoint) {
        return of(codePoint, codePoint);
    }

    /** All characters of this kind. */
    static CodePoints where(IntPredicate kind) {
        List<Range> ranges = new ArrayList<>();
        int first = -1;
        for (int c = 1; c <= Character.MAX_CODE_POINT + 1; c++) {
            boolean in = c <= Character.MAX_CODE_POINT
                    && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                    && kind.test(c);
            if (in && first < 0) {
                first = c;
            } else if (!in && first >= 0) {
                ranges.add(new Range(first, c - 1));
                first = -1;
            }
        }
        return new CodePoints(ranges);
    }

    CodePoints or(CodePoints other) {
        return of(List.of(this, other));
    }

    /** What is in any of these. */
    static CodePoints of(List<CodePoints> sets) {
        List<Range> sorted = new ArrayList<>();
        sets.forEach(set -> sorted.addAll(set.ranges));
        sorted.sort(Comparator.comparingInt(Range::first));
        List<Range> joined = new ArrayList<>();
        for (Range range : sorted) {
            Range before = joined.isEmpty() ? null : joined.getLast();
            if (before != null && range.first <= before.last + 1) {
                joined.set(joined.size() - 1, new Range(before.first, Math.max(before.last, range.last)));
            } else {
                joined.add(range);
            }
        }
        return new CodePoints(joined);
    }

    /** All characters but these. */
    CodePoints not() {
        List<Range> rest = new ArrayList<>();
        int next = 0;
        for (Range range : ranges) {
            rest.addAll(of(next, range.first - 1).ranges);
            next = range.last + 1;
        }
        rest.addAll(of(next, Character.MAX_CODE_POINT).ranges);
        return new CodePoints(rest);
    }

    /** How much it costs to work with it, in states of an automaton: a range is much less than one. */
    int size() {
        return 2 + ranges.size() / 16;
    }

    CodePoints without(CodePoints others) {
        return not().or(others).not();
    }

    private static void addBetween(List<Range> ranges, int first, int last) {
        if (first <= last) {
            ranges.add(new Range(first, last));
        }
    }
}
