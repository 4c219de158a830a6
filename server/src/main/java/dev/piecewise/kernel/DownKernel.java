package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.FLOATS;
import static dev.piecewise.kernel.Assembler.HALF_LINE;
import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/**
 * Machine code of h = gain A x for low-rank matrices A [inputs, width], bfloat16 summed up as float32. An item is one or all parts of the inputs of one A, and all rows that use it, so that
 * memory gives it once.
 */
final class DownKernel {
    static final int TABLE = Items.OWN;
    static final int USES = TABLE + 8;
    static final int H = TABLE + 16;
    /** From the results of a part to those of the next. */
    static final int H_BYTES = TABLE + 24;

    static final int BYTES = 32;

    /** Of an item: where its parts of A begin, its uses behind USES and how many they are, its inputs behind a row's first, its results behind a use's, and how many parts. The last three change. */
    static final int ITEM_A = 0;

    static final int ITEM_USES = 8;
    static final int ITEM_COUNT = 16;
    static final int ITEM_X = 24;
    static final int ITEM_H = 32;
    static final int ITEM_PARTS = 40;
    static final int ITEM_BYTES = 48;

    /** Of a use: a row's address, where its results lie behind H, and its gain, a float. */
    static final int USE_X = 0;

    static final int USE_H = 8;
    static final int USE_GAIN = 16;
    static final int USE_BYTES = 24;

    private static final int MOST_SUMS = 24;
    static final int MOST_WIDTH = MOST_SUMS * FLOATS;
    private static final int MOST_TOGETHER = 8;
    private static final int AHEAD = 2 * 1024;

    private final Assembler code = new Assembler();
    private final int inputs;
    private final int width;
    private final int lines;
    /** Inputs that have sums of their own. */
    private final int together;

    private DownKernel(int inputs, int width) {
        this.inputs = inputs;
        this.width = width;
        this.lines = Math.ceilDiv(width, FLOATS);
        int most = Math.min(MOST_TOGETHER, MOST_SUMS / lines);
        this.together = Integer.highestOneBit(most);
    }

    /** Whether registers suffice. */
    static boolean fit(int width) {
        return width <= MOST_WIDTH;
    }

    static long scratchBytes(int inputs) {
        return (long) inputs * Float.BYTES;
    }

    /** For items of so many inputs. */
    static byte[] code(int inputs, int width) {
        DownKernel kernel = new DownKernel(inputs, width);
        return Items.function(kernel.code, () -> {}, kernel::item, () -> {});
    }

    private void item() {
        code.multiply(RAX, ITEM_BYTES);
        code.add(RAX, RDI, TABLE);
        code.load(RSI, RAX, ITEM_A);
        int part = code.here();
        code.load(R8, RAX, ITEM_USES);
        code.add(R8, RDI, USES);
        code.load(R11, RAX, ITEM_COUNT);
        int use = code.here();
        widenInputs();
        sum();
        code.load(RDX, R8, USE_H);
        code.add(RDX, RAX, ITEM_H);
        code.add(RDX, RDI, H);
        for (int line = 0; line < lines; line++) {
            code.multiplyRepeated(line, line, R8, USE_GAIN);
            code.storeVector(RDX, line * LINE, line);
        }
        code.add(R8, USE_BYTES);
        code.subtract(R11, 1);
        code.jumpIfNotZero(use);
        code.move(RSI, R10);
        code.load(RDX, RAX, ITEM_X);
        code.add(RDX, inputs * Short.BYTES);
        code.store(RAX, ITEM_X, RDX);
        code.load(RDX, RAX, ITEM_H);
        code.add(RDX, RDI, H_BYTES);
        code.store(RAX, ITEM_H, RDX);
        code.load(RDX, RAX, ITEM_PARTS);
        code.subtract(RDX, 1);
        code.store(RAX, ITEM_PARTS, RDX);
        code.add(RDX, 0);
        int end = code.jumpIfZero();
        code.jump(part);
        code.land(end);
    }

    private void widenInputs() {
        code.load(RDX, R8, USE_X);
        code.add(RDX, RAX, ITEM_X);
        code.move(R10, R9);
        code.widenAll(R10, RDX, inputs, RCX);
    }

    /** The last line of an input's values may hold some of the next input's, whose sums nobody reads. */
    private void sum() {
        for (int sum = 0; sum < together * lines; sum++) {
            code.zero(sum);
        }
        int bytes = together * width * Short.BYTES;
        code.move(R10, RSI);
        code.move(RDX, R9);
        code.set(RCX, inputs / together);
        int next = code.here();
        for (int input = 0; input < together; input++) {
            for (int line = 0; line < lines; line++) {
                int sum = input * lines + line;
                int value = MOST_SUMS + sum % (Assembler.VECTORS - MOST_SUMS);
                code.loadWide(value, R10, input * width * Short.BYTES + line * HALF_LINE);
                code.multiplyAddRepeated(sum, value, RDX, input * Float.BYTES);
            }
        }
        for (int at = 0; at < bytes; at += LINE) {
            code.prefetch(R10, AHEAD + at);
        }
        code.add(R10, bytes);
        code.add(RDX, together * Float.BYTES);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(next);
        for (int half = together / 2; half > 0; half /= 2) {
            for (int sum = 0; sum < half * lines; sum++) {
                code.addFloats(sum, sum, sum + half * lines);
            }
        }
    }
}
