package dev.piecewise.kernel;

import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** What RMSNorm multiplies with. {@code at}: where among the arguments its numbers are. */
record RootMeanSquare(Assembler code, int at) {
    static final int BYTES = 3 * Float.BYTES;

    /** Of a register with sums of squares: in all its lanes 1 / sqrt(all of them / width + eps). */
    void reciprocal(int sums, int spare) {
        code.acrossLanes(sums, spare, code::addFloats);
        code.multiplyRepeated(sums, sums, RDI, at);
        code.loadRepeated(spare, RDI, at + Float.BYTES);
        code.addFloats(sums, sums, spare);
        code.squareRoot(sums, sums);
        code.loadRepeated(spare, RDI, at + 2 * Float.BYTES);
        code.divideFloats(sums, spare, sums);
    }

    static void write(MemorySegment arguments, long at, int width, float eps) {
        arguments.set(JAVA_FLOAT, at, 1f / width);
        arguments.set(JAVA_FLOAT, at + Float.BYTES, eps);
        arguments.set(JAVA_FLOAT, at + 2 * Float.BYTES, 1);
    }
}
