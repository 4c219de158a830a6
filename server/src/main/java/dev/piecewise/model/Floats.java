package dev.piecewise.model;

import java.util.Arrays;

/** A growing list of floats. */
final class Floats extends Growing<float[]> {
    Floats(int capacity) {
        super(new float[capacity]);
    }

    void add(float... more) {
        append(more, more.length);
    }

    @Override
    float[] copy(float[] from, int length) {
        return Arrays.copyOf(from, length);
    }
}
