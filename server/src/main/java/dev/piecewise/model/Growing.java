package dev.piecewise.model;

import java.lang.reflect.Array;

/** A growing list of primitive values in an array of type {@code A}. */
abstract class Growing<A> {
    private A values;
    private int size;

    Growing(A values) {
        this.values = values;
    }

    final int size() {
        return size;
    }

    /** Makes the list this long; what is new may hold anything. */
    final void size(int wanted) {
        ensure(wanted - size);
        size = wanted;
    }

    /** Empties it; its memory stays. */
    final void clear() {
        size = 0;
    }

    final void addAll(Growing<A> other) {
        append(other.values, other.size);
    }

    /** The values themselves, of which the first {@link #size()} count. */
    final A values() {
        return values;
    }

    final void append(A more, int count) {
        ensure(count);
        System.arraycopy(more, 0, values, size, count);
        size += count;
    }

    abstract A copy(A from, int length);

    private void ensure(int more) {
        int capacity = Array.getLength(values);
        if (size + more > capacity) {
            values = copy(values, Math.max(size + more, 2 * capacity));
        }
    }
}
