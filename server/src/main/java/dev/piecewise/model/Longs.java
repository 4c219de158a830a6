package dev.piecewise.model;

import java.util.Arrays;

/** A growing list of longs. */
final class Longs {
    private long[] values;
    private int size;

    Longs(int capacity) {
        values = new long[capacity];
    }

    int size() {
        return size;
    }

    /** Makes the list this long; what is new is 0. */
    void size(int wanted) {
        ensure(wanted - size);
        size = wanted;
    }

    void set(int index, long value) {
        values[index] = value;
    }

    void add(long... more) {
        ensure(more.length);
        System.arraycopy(more, 0, values, size, more.length);
        size += more.length;
    }

    void addAll(Longs other) {
        ensure(other.size);
        System.arraycopy(other.values, 0, values, size, other.size);
        size += other.size;
    }

    long[] toArray() {
        return Arrays.copyOf(values, size);
    }

    /** The values themselves, of which the first {@link #size()} count. */
    long[] values() {
        return values;
    }

    private void ensure(int more) {
        if (size + more > values.length) {
            values = Arrays.copyOf(values, Math.max(size + more, 2 * values.length));
        }
    }
}
