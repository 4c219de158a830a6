package dev.piecewise.template;

import java.util.AbstractList;
import java.util.RandomAccess;

/** Python's range: a list whose elements are computed. */
final class Range extends AbstractList<Object> implements RandomAccess {
    /** Longer ones are refused, as Jinja2's sandbox does. */
    private static final long MAX_LENGTH = 100_000;

    private final long start;
    private final long stop;
    private final long step;
    private final int size;

    Range(long start, long stop, long step) {
        if (step == 0) {
            throw new TemplateError("range() arg 3 must not be zero");
        }
        this.start = start;
        this.stop = stop;
        this.step = step;
        double length = Math.ceil(((double) stop - start) / step);
        if (length > MAX_LENGTH) {
            throw new TemplateError("Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
        }
        size = (int) Math.max(0, length);
    }

    @Override
    public Object get(int index) {
        return start + index * step;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String toString() {
        return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
    }
}
