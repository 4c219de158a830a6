package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.HALF_LINE;
import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/**
 * Machine code of y = onto + x Wᵀ for rows x [rows, inputs], bfloat16 throughout, whose sums are rounded as oneDNN's with AMX tiles are: within a block of 32 inputs the even and
 * the odd ones apart, then both to the sum; chunks of blocks apart.
 *
 * <p>Threads take strips of 64 outputs from their own shares, and then from those of others. A strip's weights lie one after the other: for each pair of inputs 64 pairs, one output after the
 * other. They are asked for before they are needed, in the order in which they lie: a core gets an eighth less of memory otherwise (loadtest/README.md, "Products and attention of our own").
 */
final class ProductKernel {
    static final int OUTPUTS = 64;
    static final int BLOCK = 32;
    /** Lines of weights of a pair of inputs, 16 outputs each. */
    static final int LINES = OUTPUTS / 16;

    static final int PAIR_BYTES = LINES * LINE;
    static final int PAIRS = BLOCK / 2;
    static final int AHEAD = 3 * 1024;

    private final Assembler code = new Assembler();
    private final int rows;
    private final Block block;
    /** Where in a thread's scratch they lie. */
    private final int totals;

    private final int control;
    private final int share;
    private final int sharesLeft;
    private final int rest;

    private ProductKernel(int rows, int inputs) {
        this.rows = rows;
        this.block = rows <= RowBlock.MOST ? new RowBlock(code, rows, inputs) : new TileBlock(code);
        this.totals = rows * PAIR_BYTES;
        this.control = 2 * totals;
        this.share = control + Long.BYTES;
        this.sharesLeft = share + Long.BYTES;
        this.rest = control + LINE;
    }

    /** Bytes of memory that every thread needs for itself. */
    static long scratchBytes(int rows, int inputs) {
        ProductKernel kernel = new ProductKernel(rows, inputs);
        return kernel.rest + kernel.block.scratchBytes();
    }

    /** A function of {@link ProductArguments} that as many threads call as they say. */
    static byte[] code(int rows, int inputs) {
        return new ProductKernel(rows, inputs).function();
    }

    private byte[] function() {
        begin();
        int strip = code.here();
        code.load(RCX, R9, share);
        code.set(RAX, 1);
        code.exchangeAdd(RCX, 0, RAX);
        code.compare(RAX, RCX, ProductArguments.SHARE_END);
        int shareEnds = code.jumpIfAtLeast();
        multiplyStrip();
        code.jump(strip);
        code.land(shareEnds);
        int end = takeNextShare(strip);
        code.land(end);
        block.finish();
        code.loadFloatControl(R9, control);
        code.end();
        return code.bytes();
    }

    /** From here on r9 points at this thread's scratch. */
    private void begin() {
        code.set(RAX, 1);
        code.exchangeAdd(RDI, ProductArguments.BEGAN, RAX);
        code.move(RCX, RAX);
        code.multiply(RAX, RDI, ProductArguments.SCRATCH_BYTES);
        code.add(RAX, RDI, ProductArguments.SCRATCH);
        code.move(R9, RAX);
        code.multiply(RCX, ProductArguments.SHARE_BYTES);
        code.add(RCX, RDI, ProductArguments.FIRST_SHARE);
        code.store(R9, share, RCX);
        code.load(RAX, RDI, ProductArguments.THREADS);
        code.store(R9, sharesLeft, RAX);
        code.storeFloatControl(R9, control);
        code.loadFloatControl(RDI, ProductArguments.FLOAT_CONTROL);
        block.prepare(rest);
    }

    /** Goes on with the share behind rcx, the first one behind the last; jumps to what comes back after all of them. */
    private int takeNextShare(int strip) {
        code.load(RAX, R9, sharesLeft);
        code.subtract(RAX, 1);
        int end = code.jumpIfZero();
        code.store(R9, sharesLeft, RAX);
        code.add(RCX, ProductArguments.SHARE_BYTES);
        code.store(R9, share, RCX);
        code.subtract(RCX, RDI, ProductArguments.LAST_SHARE);
        code.jumpIfNotZero(strip);
        code.load(RCX, RDI, ProductArguments.FIRST_SHARE);
        code.store(R9, share, RCX);
        code.jump(strip);
        return end;
    }

    /** rax is the strip's number; rsi points at its weights, r8 at its results, r11 counts its chunks and rcx their blocks. */
    private void multiplyStrip() {
        code.move(R8, RAX);
        code.multiply(R8, OUTPUTS * Short.BYTES);
        code.add(R8, RDI, ProductArguments.Y);
        code.move(RSI, RAX);
        code.multiply(RSI, RDI, ProductArguments.STRIP_BYTES);
        code.add(RSI, RDI, ProductArguments.WEIGHTS);
        code.load(R11, RDI, ProductArguments.CHUNKS);
        block.beginStrip();
        code.zero(0);
        for (int at = 0; at < totals; at += LINE) {
            code.storeVector(R9, totals + at, 0);
        }
        int chunk = code.here();
        code.load(RCX, RDI, ProductArguments.BLOCKS);
        block.beginChunk();
        int next = code.here();
        block.multiply();
        code.add(RSI, PAIRS * PAIR_BYTES);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(next);
        block.endChunk();
        for (int at = 0; at < totals; at += LINE) {
            code.loadVector(0, R9, at);
            code.addFloats(0, 0, R9, totals + at);
            code.storeVector(R9, totals + at, 0);
        }
        code.subtract(R11, 1);
        code.jumpIfNotZero(chunk);
        storeStrip();
    }

    private void storeStrip() {
        addRows(ProductArguments.BIAS, false);
        addRows(ProductArguments.ONTO, true);
        for (int row = 0; row < rows; row++) {
            for (int line = 0; line < LINES; line++) {
                code.loadVector(0, R9, totals + row * PAIR_BYTES + line * LINE);
                code.narrow(0, 0);
                code.storeHalf(R8, line * HALF_LINE, 0);
            }
            code.add(R8, RDI, ProductArguments.Y_ROW_BYTES);
        }
    }

    /** To the sums what lies at an address of memory, unless that is 0: a row for each, or one for all. */
    private void addRows(int address, boolean each) {
        code.load(RAX, RDI, address);
        code.add(RAX, 0);
        int nothing = code.jumpIfZero();
        code.addRegister(RAX, R8);
        code.subtract(RAX, RDI, ProductArguments.Y);
        for (int row = 0; row < rows; row++) {
            for (int line = 0; line < LINES; line++) {
                int sum = totals + row * PAIR_BYTES + line * LINE;
                code.loadWide(0, RAX, line * HALF_LINE);
                code.addFloats(0, 0, R9, sum);
                code.storeVector(R9, sum, 0);
            }
            if (each) {
                code.add(RAX, RDI, ProductArguments.ONTO_ROW_BYTES);
            }
        }
        code.land(nothing);
    }
}
