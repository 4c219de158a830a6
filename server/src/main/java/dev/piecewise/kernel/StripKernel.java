package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.HALF_LINE;
import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;

/**
 * Machine code of a product of a few rows with a packed matrix, strip after strip.
 *
 * <p>Threads take strips of 64 outputs from their own shares, and then from those of others. A strip's weights lie one after the other in slices: for as many inputs as 32 bits of weights hold,
 * those of one output after the other. They are asked for before they are needed, in the order in which they lie: a core gets an eighth less of memory otherwise (loadtest/README.md, "Products and
 * attention of our own").
 *
 * <p>Of more than 16 rows, 16 at a time are multiplied with a strip, which the core's cache holds by then.
 */
abstract sealed class StripKernel permits ProductKernel, Int8Kernel {
    static final int OUTPUTS = 64;
    /** Lines of a slice, 16 outputs each. */
    static final int LINES = OUTPUTS / 16;

    static final int SLICE_BYTES = LINES * LINE;
    /** Of a block, which is what inputs are handled by. */
    static final int SLICES = 16;

    static final int BLOCK_BYTES = SLICES * SLICE_BYTES;
    static final int AHEAD = 3 * 1024;

    final Assembler code;
    /** Of a group, and of the last one if that is smaller, 0 if it is not. */
    final int rows;

    private final int rest;
    final boolean many;
    /** Where in a thread's scratch a group's results lie, as floats, before they are stored. */
    private final int results;

    private final int control;
    private final int share;
    private final int sharesLeft;
    /** Of a strip: its outputs, in bytes behind a row's first, and its weights; of a group: its rows behind the first of x and of what is added; groups that are left. */
    final int column;

    final int weights;
    final int groupX;
    private final int groupOnto;
    private final int groups;
    /** What is behind all this. */
    final int own;

    /** @param results where they begin in a thread's scratch; what they take is the last of what a group's sums need */
    StripKernel(Assembler code, int allRows, int results) {
        this.code = code;
        this.many = allRows > TileBlock.MOST;
        this.rows = many ? TileBlock.MOST : allRows;
        this.rest = many ? allRows % TileBlock.MOST : 0;
        this.results = results;
        this.control = results + rows * SLICE_BYTES;
        this.share = control + Long.BYTES;
        this.sharesLeft = share + Long.BYTES;
        this.column = sharesLeft + Long.BYTES;
        this.weights = column + Long.BYTES;
        this.groupX = weights + Long.BYTES;
        this.groupOnto = groupX + Long.BYTES;
        this.groups = groupOnto + Long.BYTES;
        this.own = control + LINE;
    }

    /** Once a thread, whose scratch r9 points at, and whose arguments rdi. */
    abstract void prepare();

    /** Puts the results of so many rows where {@link #results} says. {@link #weights} and {@link #groupX} tell which; r8 is to stay. */
    abstract void multiplyGroup(int count);

    /** Moves {@link #groupX} on. */
    abstract void passRows(int count);

    abstract void finish();

    /** Bytes of memory that every thread needs for itself. */
    abstract long scratchBytes();

    /** A function of {@link ProductArguments} that as many threads call as they say. */
    final byte[] function() {
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
        finish();
        code.loadFloatControl(R9, control);
        code.end();
        return code.bytes();
    }

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
        prepare();
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
            handleGroup(rows);
            return;
        }
        code.load(RAX, RDI, ProductArguments.GROUPS);
        code.store(R9, groups, RAX);
        if (rest > 0) {
            code.configureTiles(RDI, ProductArguments.TILES);
        }
        int group = code.here();
        handleGroup(rows);
        code.load(RAX, R9, groups);
        code.subtract(RAX, 1);
        code.store(R9, groups, RAX);
        code.add(RAX, 0);
        int none = code.jumpIfZero();
        code.jump(group);
        code.land(none);
        if (rest > 0) {
            code.configureTiles(RDI, ProductArguments.TILES_REST);
            handleGroup(rest);
        }
    }

    /** r8 points at the group's outputs, and moves on to the next group's. */
    private void handleGroup(int count) {
        multiplyGroup(count);
        for (int row = 0; row < count; row++) {
            for (int line = 0; line < LINES; line++) {
                code.loadVector(0, R9, result(row, line));
                code.narrow(0, 0);
                code.storeHalf(R8, line * HALF_LINE, 0);
            }
            code.add(R8, RDI, ProductArguments.Y_ROW_BYTES);
        }
        if (many) {
            passRows(count);
            moveOn(groupOnto, ProductArguments.ONTO_ROW_BYTES, count);
        }
    }

    final int result(int row, int line) {
        return results + row * SLICE_BYTES + line * LINE;
    }

    final void moveOn(int group, int rowBytes, int count) {
        code.load(RAX, RDI, rowBytes);
        code.multiply(RAX, count);
        code.add(RAX, R9, group);
        code.store(R9, group, RAX);
    }

    final void addOnto(int count) {
        addRows(count, ProductArguments.ONTO, true, false);
    }

    /** @param rounded whether results become bfloat16 before */
    final void addBias(int count, boolean rounded) {
        addRows(count, ProductArguments.BIAS, false, rounded);
    }

    /** To the results what lies at an address of memory, unless that is 0: a row for each, or one for all. */
    private void addRows(int count, int address, boolean each, boolean rounded) {
        code.load(RAX, RDI, address);
        code.add(RAX, 0);
        int nothing = code.jumpIfZero();
        code.add(RAX, R9, column);
        if (each) {
            code.add(RAX, R9, groupOnto);
        }
        for (int row = 0; row < count; row++) {
            for (int line = 0; line < LINES; line++) {
                code.loadVector(1, R9, result(row, line));
                if (rounded) {
                    code.round(1);
                }
                code.loadWide(0, RAX, line * HALF_LINE);
                code.addFloats(0, 0, 1);
                code.storeVector(R9, result(row, line), 0);
            }
            if (each) {
                code.add(RAX, RDI, ProductArguments.ONTO_ROW_BYTES);
            }
        }
        code.land(nothing);
    }
}
