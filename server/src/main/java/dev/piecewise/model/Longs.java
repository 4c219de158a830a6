package dev.piecewise.model;

import java.util.Arrays;

/** A growing list of longs. */
final class Longs extends Growing<long[]> {
    Longs(int capacity) {
        super(new long[capacity]);
    }

    void set(int index, long value) {
        values()[index] = value;
    }

    /** So many zeros more; gives the index of the first. */
    int addZeros(int count) {
        int first = size();
        size(first + count);
        Arrays.fill(values(), first, first + count, 0);
        return first;
    }

    void add(long... more) {
        append(more, more.length);
    }

    long[] toArray() {
        return copy(values(), size());
    }

    @Override
    long[] copy(long[] from, int length) {
        return Arrays.copyOf(from, length);
    }
}
