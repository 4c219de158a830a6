package dev.piecewise.model;

import java.util.Arrays;

/** A growing list of floats. */
final class Floats {
    private float[] values;
    private int size;

    Floats(int capacity) {
        values = new float[capacity];
    }

    int size() {
        return size;
    }

    void add(float... more) {
        ensure(more.length);
        System.arraycopy(more, 0, values, size, more.length);
        size += more.length;
    }

    void addAll(Floats other) {
        ensure(other.size);
        System.arraycopy(other.values, 0, values, size, other.size);
        size += other.size;
    }

    /** The values themselves, of which the first {@link #size()} count. */
    float[] values() {
        return values;
    }

    private void ensure(int more) {
        if (size + more > values.length) {
            values = Arrays.copyOf(values, Math.max(size + more, 2 * values.length));
        }
    }
}
