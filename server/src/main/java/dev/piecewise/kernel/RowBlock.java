package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;
import static dev.piecewise.kernel.StripKernel.AHEAD;
import static dev.piecewise.kernel.StripKernel.LINES;
import static dev.piecewise.kernel.StripKernel.SLICES;
import static dev.piecewise.kernel.StripKernel.SLICE_BYTES;

/** One or two rows: every weight becomes a float, as the inputs do once a thread, and the sums stay in registers. */
record RowBlock(Assembler code, int rows, int inputs) implements Block {
    static final int MOST = 2;

    private static final int EVEN = 29;
    private static final int ODD = 30;
    private static final int UPPER_HALF = 31;

    /** The scratch holds the inputs as floats. */
    @Override
    public void prepare(int scratch) {
        code.loadRepeated(UPPER_HALF, RDI, ProductArguments.UPPER_HALF);
        code.move(RAX, R9);
        code.add(RAX, scratch);
        code.load(RDX, RDI, ProductArguments.X);
        for (int row = 0; row < rows; row++) {
            code.widenAll(RAX, RDX, inputs, RCX);
            code.subtract(RDX, inputs * Short.BYTES);
            code.add(RDX, RDI, ProductArguments.X_ROW_BYTES);
        }
    }

    @Override
    public void beginChunk() {
        code.zero(0);
        for (int at = 0; at < rows * SLICE_BYTES; at += LINE) {
            code.storeVector(R9, at, 0);
        }
    }

    @Override
    public void multiply() {
        for (int sum = 0; sum < 2 * rows * LINES; sum++) {
            code.zero(sum);
        }
        for (int pair = 0; pair < SLICES; pair++) {
            for (int line = 0; line < LINES; line++) {
                multiply(pair, line);
            }
        }
        for (int sum = 0; sum < rows * LINES; sum++) {
            code.addFloats(2 * sum, 2 * sum, 2 * sum + 1);
            code.addFloats(2 * sum, 2 * sum, R9, sum * LINE);
            code.storeVector(R9, sum * LINE, 2 * sum);
        }
        code.add(RDX, ProductKernel.BLOCK * Float.BYTES);
    }

    private void multiply(int pair, int line) {
        int at = pair * SLICE_BYTES + line * LINE;
        code.loadVector(ODD, RSI, at);
        code.prefetch(RSI, at + AHEAD);
        code.shiftLeft(EVEN, ODD, Short.SIZE);
        code.and(ODD, ODD, UPPER_HALF);
        for (int row = 0; row < rows; row++) {
            int sum = row * LINES + line;
            int x = (row * inputs + 2 * pair) * Float.BYTES;
            code.multiplyAddRepeated(2 * sum, EVEN, RDX, x);
            code.multiplyAddRepeated(2 * sum + 1, ODD, RDX, x + Float.BYTES);
        }
    }

    @Override
    public void endChunk() {}

    @Override
    public void finish() {}
}
