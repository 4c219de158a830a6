package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.FLOATS;
import static dev.piecewise.kernel.Assembler.HALF_LINE;
import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R13;
import static dev.piecewise.kernel.ScalarAssembler.R14;
import static dev.piecewise.kernel.ScalarAssembler.R15;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RBP;
import static dev.piecewise.kernel.ScalarAssembler.RBX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/**
 * Machine code of y = onto + the sum of B h over a row's terms, for low-rank matrices B in strips of {@code width} outputs, a rank's values side by side in each; bfloat16 summed up as float32 and
 * rounded once. An item is a strip of all rows.
 */
final class UpKernel {
    static final int TABLE = Items.OWN;
    static final int ROWS = TABLE + 8;
    static final int TERMS = TABLE + 16;
    static final int COUNT = TABLE + 24;
    static final int RANK = TABLE + 32;
    /** Parts of h [parts, lines of 16], which are added up first: where they are, their lines, and bytes of one. */
    static final int H = TABLE + 40;

    static final int H_LINES = TABLE + 48;
    static final int H_BYTES = TABLE + 56;
    static final int Y = TABLE + 64;
    static final int Y_ROW_BYTES = TABLE + 72;
    /** 0 if there is nothing to add to. */
    static final int ONTO = TABLE + 80;

    static final int ONTO_ROW_BYTES = TABLE + 88;
    static final int BYTES = 96;

    /** Of an item: where its strip lies behind each B, its rows behind ROWS, its outputs behind a row's first. */
    static final int ITEM_B = 0;

    static final int ITEM_ROWS = 8;
    static final int ITEM_Y = 16;
    static final int ITEM_BYTES = 24;

    /** Of a row: its terms behind TERMS, and how many. */
    static final int ROW_TERMS = 0;

    static final int ROW_COUNT = 8;
    static final int ROW_BYTES = 16;

    /** Of a term: B, and its h behind the first. Behind the last term another B is read, to be asked for ahead. */
    static final int TERM_B = 0;

    static final int TERM_H = 8;
    static final int TERM_BYTES = 16;

    private static final int MOST_LINES = 16;
    private static final int[] SAVED = {RBX, RBP, R13, R14, R15};

    private final Assembler code = new Assembler();
    private final int lines;
    private final int parts;

    private UpKernel(int width, int parts) {
        this.lines = width / FLOATS;
        this.parts = parts;
    }

    /** Whether strips of so many outputs are computed. */
    static boolean fit(int width) {
        return width % (2 * FLOATS) == 0 && width / FLOATS <= MOST_LINES;
    }

    static byte[] code(int width, int parts) {
        UpKernel kernel = new UpKernel(width, parts);
        return Items.function(kernel.code, kernel::prepare, kernel::item, kernel::finish);
    }

    /** Adds up the parts of all h in the thread's scratch. */
    private void prepare() {
        for (int register : SAVED) {
            code.push(register);
        }
        code.load(RSI, RDI, H);
        code.move(RDX, R9);
        code.load(RCX, RDI, H_LINES);
        code.add(RCX, 0);
        int none = code.jumpIfZero();
        int next = code.here();
        code.move(R10, RSI);
        code.loadVector(0, R10, 0);
        for (int part = 1; part < parts; part++) {
            code.add(R10, RDI, H_BYTES);
            code.addFloats(0, 0, R10, 0);
        }
        code.storeVector(RDX, 0, 0);
        code.add(RSI, LINE);
        code.add(RDX, LINE);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(next);
        code.land(none);
    }

    private void finish() {
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
    }

    /** r8 points at the row, r10 at its outputs, r11 at what they are added to, rbx at the term; r13 is where the strip lies; r15 counts rows. */
    private void item() {
        code.multiply(RAX, ITEM_BYTES);
        code.add(RAX, RDI, TABLE);
        code.load(R13, RAX, ITEM_B);
        code.load(R8, RAX, ITEM_ROWS);
        code.add(R8, RDI, ROWS);
        code.load(R10, RAX, ITEM_Y);
        code.move(R11, R10);
        code.add(R10, RDI, Y);
        code.add(R11, RDI, ONTO);
        code.load(R15, RDI, COUNT);
        int row = code.here();
        begin();
        code.load(RBP, R8, ROW_COUNT);
        code.add(RBP, 0);
        int none = code.jumpIfZero();
        code.load(RBX, R8, ROW_TERMS);
        code.add(RBX, RDI, TERMS);
        int term = code.here();
        addTerm();
        code.add(RBX, TERM_BYTES);
        code.subtract(RBP, 1);
        code.jumpIfNotZero(term);
        code.land(none);
        for (int line = 0; line < lines; line++) {
            code.narrow(line, line);
            code.storeHalf(R10, line * HALF_LINE, line);
        }
        code.add(R8, ROW_BYTES);
        code.add(R10, RDI, Y_ROW_BYTES);
        code.add(R11, RDI, ONTO_ROW_BYTES);
        code.subtract(R15, 1);
        code.jumpIfNotZero(row);
    }

    private void begin() {
        for (int line = 0; line < lines; line++) {
            code.zero(line);
        }
        code.load(RAX, RDI, ONTO);
        code.add(RAX, 0);
        int nothing = code.jumpIfZero();
        for (int line = 0; line < lines; line++) {
            code.loadWide(line, R11, line * HALF_LINE);
        }
        code.land(nothing);
    }

    private void addTerm() {
        code.load(RSI, RBX, TERM_B);
        code.addRegister(RSI, R13);
        code.load(RDX, RBX, TERM_H);
        code.addRegister(RDX, R9);
        code.load(R14, RBX, TERM_BYTES + TERM_B);
        code.addRegister(R14, R13);
        code.load(RCX, RDI, RANK);
        int rank = code.here();
        for (int line = 0; line < lines; line++) {
            int value = MOST_LINES + line % (Assembler.VECTORS - MOST_LINES);
            code.loadWide(value, RSI, line * HALF_LINE);
            code.multiplyAddRepeated(line, value, RDX, 0);
            if (line % 2 == 0) {
                code.prefetch(R14, line * HALF_LINE);
            }
        }
        code.add(RSI, lines * HALF_LINE);
        code.add(R14, lines * HALF_LINE);
        code.add(RDX, Float.BYTES);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(rank);
    }
}
