package dev.piecewise.kernel;

import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/** Machine code of RMSNorm, an item a row, bfloat16 computed as float32 and rounded once. */
final class NormKernel {
    static final int X = Items.OWN;
    static final int X_ROW_BYTES = X + 8;
    static final int Y = X + 16;
    static final int GAIN = X + 24;
    static final int MEAN = X + 32;
    static final int BYTES = 32 + RootMeanSquare.BYTES;

    private static final int SUMS = 4;
    private static final int VALUES = 8;

    private final Assembler code = new Assembler();
    private final RootMeanSquare mean = new RootMeanSquare(code, MEAN);
    private final int width;
    /** Lines of 16 values that are handled in one go. */
    private final int together;

    private NormKernel(int width) {
        this.width = width;
        int lines = width / Assembler.FLOATS;
        this.together = lines % SUMS == 0 ? SUMS : 1;
    }

    static boolean fit(long width) {
        return width % Assembler.FLOATS == 0;
    }

    static byte[] code(int width) {
        NormKernel kernel = new NormKernel(width);
        return Items.function(kernel.code, () -> {}, kernel::row, () -> {});
    }

    private void row() {
        code.move(RSI, RAX);
        code.multiply(RSI, RDI, X_ROW_BYTES);
        code.add(RSI, RDI, X);
        code.move(R8, RAX);
        code.multiply(R8, width * Short.BYTES);
        code.add(R8, RDI, Y);
        code.load(RDX, RDI, GAIN);
        for (int sum = 0; sum < SUMS; sum++) {
            code.zero(sum);
        }
        code.move(R10, RSI);
        overLines(R10, (i, at) -> {
            code.loadWide(VALUES + i, R10, at);
            code.multiplyAdd(i, VALUES + i, VALUES + i);
        });
        code.addFloats(0, 0, 1);
        code.addFloats(2, 2, 3);
        code.addFloats(0, 0, 2);
        mean.reciprocal(0, 1);
        overLines(RSI, (i, at) -> {
            code.loadWide(VALUES + i, RSI, at);
            code.multiplyFloats(VALUES + i, VALUES + i, 0);
            code.loadWide(1 + i, RDX, at);
            code.multiplyFloats(VALUES + i, VALUES + i, 1 + i);
            code.narrow(VALUES + i, VALUES + i);
            code.storeHalf(R8, at, VALUES + i);
        });
    }

    /** Moves on this register, rdx and r8. */
    private void overLines(int register, Line line) {
        code.set(RCX, width / Assembler.FLOATS / together);
        int next = code.here();
        for (int i = 0; i < together; i++) {
            line.write(i, i * Assembler.HALF_LINE);
        }
        code.add(register, together * Assembler.HALF_LINE);
        if (register == RSI) {
            code.add(RDX, together * Assembler.HALF_LINE);
            code.add(R8, together * Assembler.HALF_LINE);
        }
        code.subtract(RCX, 1);
        code.jumpIfNotZero(next);
    }

    private interface Line {
        void write(int i, int at);
    }
}
