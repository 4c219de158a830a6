package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** 2 to the power of floats, off by 2e-7 at most: that of their nearest whole numbers, times the series of exp(x ln 2) for what is left, which is in [-1/2, 1/2]. */
record PowerOfTwo(Assembler code, int coefficients, int spare) {
    private static final int COUNT = 7;
    static final int BYTES = COUNT * Float.BYTES;

    /** The registers from {@code coefficients} on hold them. */
    void load(int base, int at) {
        for (int i = 0; i < COUNT; i++) {
            code.loadRepeated(coefficients + i, base, at + i * Float.BYTES);
        }
    }

    /** {@code x} becomes its power; {@code whole} is overwritten. */
    void raise(int x, int whole) {
        code.roundFloats(whole, x);
        code.subtractFloats(x, x, whole);
        code.moveVector(spare, coefficients);
        for (int i = 1; i < COUNT; i++) {
            code.multiplyThenAdd(spare, x, coefficients + i);
        }
        code.scaleByPower(x, spare, whole);
    }

    /** Writes what {@link #load} reads: the coefficients, the highest first. */
    static void write(MemorySegment arguments, long at) {
        double coefficient = 1;
        for (int i = 0; i < COUNT; i++) {
            arguments.set(JAVA_FLOAT, at + (COUNT - 1L - i) * Float.BYTES, (float) coefficient);
            coefficient *= Math.log(2) / (i + 1);
        }
    }
}
