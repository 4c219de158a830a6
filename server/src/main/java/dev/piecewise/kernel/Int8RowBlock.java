package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;
import static dev.piecewise.kernel.StripKernel.AHEAD;
import static dev.piecewise.kernel.StripKernel.LINES;
import static dev.piecewise.kernel.StripKernel.SLICES;
import static dev.piecewise.kernel.StripKernel.SLICE_BYTES;

/** A few rows of int8, whose sums stay in registers. {@code rowBytes}: how many bytes the rows lie apart. */
record Int8RowBlock(Assembler code, int rows, int rowBytes) implements Block {
    static final int MOST = 4;

    private static final int WEIGHTS = 31;
    private static final int INPUTS = 24;

    @Override
    public void prepare(int scratch) {}

    @Override
    public void beginChunk() {
        for (int sum = 0; sum < rows * LINES; sum++) {
            code.zero(sum);
        }
    }

    @Override
    public void multiply() {
        for (int slice = 0; slice < SLICES; slice++) {
            for (int row = 0; row < rows; row++) {
                code.loadRepeated(INPUTS + row, RDX, row * rowBytes + slice * Integer.BYTES);
            }
            for (int line = 0; line < LINES; line++) {
                int at = slice * SLICE_BYTES + line * LINE;
                code.loadVector(WEIGHTS, RSI, at);
                code.prefetch(RSI, at + AHEAD);
                for (int row = 0; row < rows; row++) {
                    code.multiplyAddBytes(row * LINES + line, INPUTS + row, WEIGHTS);
                }
            }
        }
        code.add(RDX, LINE);
    }

    @Override
    public void endChunk() {
        for (int sum = 0; sum < rows * LINES; sum++) {
            code.storeVector(R9, sum * LINE, sum);
        }
    }

    @Override
    public void finish() {}
}
