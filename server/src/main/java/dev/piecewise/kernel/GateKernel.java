package dev.piecewise.kernel;

import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/** Machine code of silu(gate) up, an item a row, bfloat16 computed as float32 and rounded once. */
final class GateKernel {
    static final int X = Items.OWN;
    static final int X_ROW_BYTES = X + 8;
    static final int Y = X + 16;
    /** What x is multiplied with for the power of 2 that is exp(-x). */
    static final int SCALE = X + 24;

    static final int ONE = X + 28;
    static final int POWER = X + 32;
    static final int BYTES = 32 + PowerOfTwo.BYTES;

    private static final int SCALES = 12;
    private static final int ONES = 13;
    private static final int POWERS = 16;

    private final Assembler code = new Assembler();
    private final PowerOfTwo power = new PowerOfTwo(code, POWERS, 14);
    private final int width;
    private final int together;

    private GateKernel(int width) {
        this.width = width;
        this.together = width / Assembler.FLOATS % 4 == 0 ? 4 : 1;
    }

    static boolean fit(long width) {
        return width % Assembler.FLOATS == 0;
    }

    static byte[] code(int width) {
        GateKernel kernel = new GateKernel(width);
        return Items.function(kernel.code, kernel::prepare, kernel::row, () -> {});
    }

    private void prepare() {
        code.loadRepeated(SCALES, RDI, SCALE);
        code.loadRepeated(ONES, RDI, ONE);
        power.load(RDI, POWER);
    }

    private void row() {
        code.move(RSI, RAX);
        code.multiply(RSI, RDI, X_ROW_BYTES);
        code.add(RSI, RDI, X);
        code.move(RDX, RSI);
        code.add(RDX, width * Short.BYTES);
        code.move(R8, RAX);
        code.multiply(R8, width * Short.BYTES);
        code.add(R8, RDI, Y);
        code.set(RCX, width / Assembler.FLOATS / together);
        int next = code.here();
        for (int i = 0; i < together; i++) {
            line(3 * i, i * Assembler.HALF_LINE);
        }
        for (int register : new int[] {RSI, RDX, R8}) {
            code.add(register, together * Assembler.HALF_LINE);
        }
        code.subtract(RCX, 1);
        code.jumpIfNotZero(next);
    }

    private void line(int gate, int at) {
        int divisor = gate + 1;
        int other = gate + 2;
        code.loadWide(gate, RSI, at);
        code.multiplyFloats(divisor, gate, SCALES);
        power.raise(divisor, other);
        code.addFloats(divisor, divisor, ONES);
        code.divideFloats(gate, gate, divisor);
        code.loadWide(other, RDX, at);
        code.multiplyFloats(gate, gate, other);
        code.narrow(gate, gate);
        code.storeHalf(R8, at, gate);
    }
}
