package dev.piecewise.kernel;

import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

import dev.piecewise.kernel.RowAttention.Heads;

/** Machine code of RoPE, with RMSNorm of heads before if there is one, an item a token: queries where they stand, keys and values into the KV arena. bfloat16 computed as float32 and rounded once. */
final class RotationKernel {
    static final int X = Items.OWN;
    static final int X_ROW_BYTES = X + 8;
    /** Of each token as many cosines and sines as a head has values; of the sines the second half counts. */
    static final int COSINES = X + 16;

    static final int SINES = X + 24;
    static final int KEYS = X + 32;
    static final int VALUES = X + 40;
    /** From a KV head to the next. */
    static final int HEAD_BYTES = X + 48;
    /** Of each token its place in the arena. */
    static final int PLACES = X + 56;

    static final int QUERY_GAIN = X + 64;
    static final int KEY_GAIN = X + 72;
    static final int MEAN = X + 80;
    static final int BYTES = 80 + RootMeanSquare.BYTES;

    private static final int SPARE = 8;
    private static final int COSINE = 16;
    private static final int SINE = 20;

    private final Assembler code = new Assembler();
    private final RootMeanSquare mean = new RootMeanSquare(code, MEAN);
    private final Heads heads;
    private final boolean normed;
    private final int lines;
    private final int headBytes;

    private RotationKernel(Heads heads, boolean normed) {
        this.heads = heads;
        this.normed = normed;
        this.lines = heads.dim() / Assembler.FLOATS;
        this.headBytes = heads.dim() * Short.BYTES;
    }

    static byte[] code(Heads heads, boolean normed) {
        RotationKernel kernel = new RotationKernel(heads, normed);
        return Items.function(kernel.code, () -> {}, kernel::token, () -> {});
    }

    private void token() {
        code.move(RSI, RAX);
        code.multiply(RSI, RDI, X_ROW_BYTES);
        code.add(RSI, RDI, X);
        code.move(R8, RAX);
        code.multiply(R8, Long.BYTES);
        code.add(R8, RDI, PLACES);
        code.load(R10, R8, 0);
        code.multiply(R10, headBytes);
        code.multiply(RAX, headBytes);
        code.move(RDX, RAX);
        code.add(RDX, RDI, COSINES);
        code.add(RAX, RDI, SINES);
        for (int line = 0; line < lines / 2; line++) {
            code.loadWide(COSINE + line, RDX, line * Assembler.HALF_LINE);
            code.loadWide(SINE + line, RAX, headBytes / 2 + line * Assembler.HALF_LINE);
        }
        code.load(RDX, RDI, QUERY_GAIN);
        overHeads(heads.all(), () -> turn(RSI));
        code.load(RDX, RDI, KEY_GAIN);
        code.move(R8, R10);
        code.add(R8, RDI, KEYS);
        overHeads(heads.kv(), () -> {
            turn(R8);
            code.add(R8, RDI, HEAD_BYTES);
        });
        code.add(R10, RDI, VALUES);
        overHeads(heads.kv(), () -> {
            for (int at = 0; at < headBytes; at += Assembler.LINE) {
                code.loadVector(0, RSI, at);
                code.storeVector(R10, at, 0);
            }
            code.add(R10, RDI, HEAD_BYTES);
        });
    }

    /** rsi points at one after the other. */
    private void overHeads(int count, Runnable head) {
        code.set(RCX, count);
        int next = code.here();
        head.run();
        code.add(RSI, headBytes);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(next);
    }

    private void turn(int to) {
        for (int line = 0; line < lines; line++) {
            code.loadWide(line, RSI, line * Assembler.HALF_LINE);
        }
        if (normed) {
            normalize();
        }
        for (int line = 0; line < lines / 2; line++) {
            int first = line;
            int second = lines / 2 + line;
            code.multiplyFloats(SPARE, first, COSINE + line);
            code.multiplyFloats(SPARE + 1, second, SINE + line);
            code.subtractFloats(SPARE, SPARE, SPARE + 1);
            code.multiplyFloats(second, second, COSINE + line);
            code.multiplyAdd(second, first, SINE + line);
            code.narrow(SPARE, SPARE);
            code.narrow(second, second);
            code.storeHalf(to, line * Assembler.HALF_LINE, SPARE);
            code.storeHalf(to, headBytes / 2 + line * Assembler.HALF_LINE, second);
        }
    }

    /** By the gain that rdx points at. */
    private void normalize() {
        code.zero(SPARE);
        for (int line = 0; line < lines; line++) {
            code.multiplyAdd(SPARE, line, line);
        }
        mean.reciprocal(SPARE, SPARE + 1);
        for (int line = 0; line < lines; line++) {
            code.multiplyFloats(line, line, SPARE);
            code.loadWide(SPARE + 1, RDX, line * Assembler.HALF_LINE);
            code.multiplyFloats(line, line, SPARE + 1);
        }
    }
}
