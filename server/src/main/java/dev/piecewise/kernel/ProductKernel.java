package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.HALF_LINE;
import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/**
 * Machine code of y = onto + x Wᵀ for rows x [rows, inputs], bfloat16 throughout, whose sums are rounded as oneDNN's with AMX tiles are: within a block of 32 inputs the even and
 * the odd ones apart, then both to the sum; chunks of blocks apart.
 *
 * <p>Of more than 16 rows, 16 at a time are multiplied with a strip, which the core's cache holds by then.
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
    /** Of a group, and of the last one if that is smaller, 0 if it is not. */
    private final int rows;

    private final int rest;
    private final boolean many;
    private final Block block;
    /** Where in a thread's scratch they lie. */
    private final int totals;

    private final int control;
    private final int share;
    private final int sharesLeft;
    /** Of a strip: its outputs, in bytes behind a row's first, and its weights; of a group: its rows behind the first of x and of what is added; groups that are left. */
    private final int column;

    private final int weights;
    private final int groupX;
    private final int groupOnto;
    private final int groups;
    private final int blockScratch;

    private ProductKernel(int allRows, int inputs) {
        this.many = allRows > TileBlock.MOST;
        this.rows = many ? TileBlock.MOST : allRows;
        this.rest = many ? allRows % TileBlock.MOST : 0;
        this.block = rows <= RowBlock.MOST ? new RowBlock(code, rows, inputs) : new TileBlock(code);
        this.totals = rows * PAIR_BYTES;
        this.control = 2 * totals;
        this.share = control + Long.BYTES;
        this.sharesLeft = share + Long.BYTES;
        this.column = sharesLeft + Long.BYTES;
        this.weights = column + Long.BYTES;
        this.groupX = weights + Long.BYTES;
        this.groupOnto = groupX + Long.BYTES;
        this.groups = groupOnto + Long.BYTES;
        this.blockScratch = control + LINE;
    }

    /** Bytes of memory that every thread needs for itself. */
    static long scratchBytes(int rows, int inputs) {
        ProductKernel kernel = new ProductKernel(rows, inputs);
        return kernel.blockScratch + kernel.block.scratchBytes();
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
        block.prepare(blockScratch);
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

    /** rax is the strip's number. */
    private void multiplyStrip() {
        code.move(R8, RAX);
        code.multiply(R8, OUTPUTS * Short.BYTES);
        code.store(R9, column, R8);
        code.add(R8, RDI, ProductArguments.Y);
        code.multiply(RAX, RDI, ProductArguments.STRIP_BYTES);
        code.add(RAX, RDI, ProductArguments.WEIGHTS);
        code.store(R9, weights, RAX);
        code.set(RAX, 0);
        code.store(R9, groupX, RAX);
        code.store(R9, groupOnto, RAX);
        if (!many) {
            multiplyGroup(rows);
            return;
        }
        code.load(RAX, RDI, ProductArguments.GROUPS);
        code.store(R9, groups, RAX);
        if (rest > 0) {
            code.configureTiles(RDI, ProductArguments.TILES);
        }
        int group = code.here();
        multiplyGroup(rows);
        code.load(RAX, R9, groups);
        code.subtract(RAX, 1);
        code.store(R9, groups, RAX);
        code.add(RAX, 0);
        int none = code.jumpIfZero();
        code.jump(group);
        code.land(none);
        if (rest > 0) {
            code.configureTiles(RDI, ProductArguments.TILES_REST);
            multiplyGroup(rest);
        }
    }

    /** rsi points at the strip's weights, r8 at the group's results, r11 counts chunks and rcx their blocks. r8 moves on to the next group. */
    private void multiplyGroup(int count) {
        code.load(RSI, R9, weights);
        code.load(R11, RDI, ProductArguments.CHUNKS);
        block.beginStrip();
        code.add(RDX, R9, groupX);
        code.zero(0);
        for (int at = 0; at < count * PAIR_BYTES; at += LINE) {
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
        for (int at = 0; at < count * PAIR_BYTES; at += LINE) {
            code.loadVector(0, R9, at);
            code.addFloats(0, 0, R9, totals + at);
            code.storeVector(R9, totals + at, 0);
        }
        code.subtract(R11, 1);
        code.jumpIfNotZero(chunk);
        storeGroup(count);
        if (many) {
            moveOn(groupX, ProductArguments.X_ROW_BYTES, count);
            moveOn(groupOnto, ProductArguments.ONTO_ROW_BYTES, count);
        }
    }

    private void moveOn(int group, int rowBytes, int count) {
        code.load(RAX, RDI, rowBytes);
        code.multiply(RAX, count);
        code.add(RAX, R9, group);
        code.store(R9, group, RAX);
    }

    private void storeGroup(int count) {
        addRows(count, ProductArguments.BIAS, false);
        addRows(count, ProductArguments.ONTO, true);
        for (int row = 0; row < count; row++) {
            for (int line = 0; line < LINES; line++) {
                code.loadVector(0, R9, totals + row * PAIR_BYTES + line * LINE);
                code.narrow(0, 0);
                code.storeHalf(R8, line * HALF_LINE, 0);
            }
            code.add(R8, RDI, ProductArguments.Y_ROW_BYTES);
        }
    }

    /** To the sums what lies at an address of memory, unless that is 0: a row for each, or one for all. */
    private void addRows(int count, int address, boolean each) {
        code.load(RAX, RDI, address);
        code.add(RAX, 0);
        int nothing = code.jumpIfZero();
        code.add(RAX, R9, column);
        if (each) {
            code.add(RAX, R9, groupOnto);
        }
        for (int row = 0; row < count; row++) {
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
