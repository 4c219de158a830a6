package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R12;
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
 * rounded once. An item is a run of strips of all rows: the longer it is, the better memory gives what lies one after the other.
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
    /** From a strip of B to the next. */
    static final int STRIP_BYTES = TABLE + 96;

    /** 32 bits. */
    static final int UPPER_HALF = TABLE + 104;

    static final int BYTES = 108;

    /** Of an item: where its first strip lies behind each B, its rows behind ROWS, its outputs behind a row's first, and how many strips it has. */
    static final int ITEM_B = 0;

    static final int ITEM_ROWS = 8;
    static final int ITEM_Y = 16;
    static final int ITEM_STRIPS = 24;
    static final int ITEM_BYTES = 32;

    /** Of a row: its terms behind TERMS, and how many. */
    static final int ROW_TERMS = 0;

    static final int ROW_COUNT = 8;
    static final int ROW_BYTES = 16;

    /** Of a term: B, and its h behind the first. Behind the last term another B is read, to be asked for ahead. */
    static final int TERM_B = 0;

    static final int TERM_H = 8;
    static final int TERM_BYTES = 16;

    /** Lines of outputs, whose even ones and odd ones have a sum each. */
    private static final int MOST_LINES = 8;

    private static final int OUTPUTS = LINE / Short.BYTES;
    private static final int UPPER = 31;
    private static final int SPARE = 16;
    private static final int[] SAVED = {RBX, RBP, R12, R13, R14, R15};
    /** Where the thread's scratch has the item, and h behind it. */
    private static final int ITEM = 0;

    private static final int SUMS = LINE;

    private final Assembler code = new Assembler();
    private final int lines;
    private final int parts;

    private UpKernel(int width, int parts) {
        this.lines = width / OUTPUTS;
        this.parts = parts;
    }

    /** Whether strips of so many outputs are computed. */
    static boolean fit(int width) {
        return width % OUTPUTS == 0 && width / OUTPUTS <= MOST_LINES;
    }

    /** Bytes of memory that every thread needs for itself, beside h. */
    static long scratchBytes(long hBytes) {
        return SUMS + hBytes;
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
        code.loadRepeated(UPPER, RDI, UPPER_HALF);
        code.load(RSI, RDI, H);
        code.move(RDX, R9);
        code.add(RDX, SUMS);
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

    /** r8 points at the row, r10 at its outputs, r11 at what they are added to, rbx at the term; r13 is where the strip lies; r12 counts strips and r15 rows. */
    private void item() {
        code.multiply(RAX, ITEM_BYTES);
        code.add(RAX, RDI, TABLE);
        code.store(R9, ITEM, RAX);
        code.load(R8, RAX, ITEM_ROWS);
        code.add(R8, RDI, ROWS);
        code.load(R10, RAX, ITEM_Y);
        code.move(R11, R10);
        code.add(R10, RDI, Y);
        code.add(R11, RDI, ONTO);
        code.load(R15, RDI, COUNT);
        int row = code.here();
        row();
        code.add(R8, ROW_BYTES);
        code.add(R10, RDI, Y_ROW_BYTES);
        code.add(R11, RDI, ONTO_ROW_BYTES);
        code.subtract(R15, 1);
        code.jumpIfNotZero(row);
    }

    private void row() {
        code.load(RAX, R9, ITEM);
        code.load(R13, RAX, ITEM_B);
        code.load(R12, RAX, ITEM_STRIPS);
        int strip = code.here();
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
            store(line);
        }
        code.add(R13, RDI, STRIP_BYTES);
        code.add(R10, lines * LINE);
        code.add(R11, lines * LINE);
        code.subtract(R12, 1);
        code.jumpIfNotZero(strip);
        code.load(RAX, R9, ITEM);
        code.load(RAX, RAX, ITEM_STRIPS);
        code.multiply(RAX, lines * LINE);
        code.subtractRegister(R10, RAX);
        code.subtractRegister(R11, RAX);
    }

    private void begin() {
        for (int sum = 0; sum < 2 * lines; sum++) {
            code.zero(sum);
        }
        code.load(RAX, RDI, ONTO);
        code.add(RAX, 0);
        int nothing = code.jumpIfZero();
        for (int line = 0; line < lines; line++) {
            code.loadVector(SPARE, R11, line * LINE);
            code.shiftLeft(2 * line, SPARE, Short.SIZE);
            code.and(2 * line + 1, SPARE, UPPER);
        }
        code.land(nothing);
    }

    private void store(int line) {
        int even = 2 * line;
        int odd = even + 1;
        for (int sum : new int[] {even, odd}) {
            code.narrow(sum, sum);
            code.widen(sum, sum);
        }
        code.shiftLeft(odd, odd, Short.SIZE);
        code.or(even, even, odd);
        code.storeVector(R10, line * LINE, even);
    }

    private void addTerm() {
        code.load(RSI, RBX, TERM_B);
        code.addRegister(RSI, R13);
        code.load(RDX, RBX, TERM_H);
        code.addRegister(RDX, R9);
        code.add(RDX, SUMS);
        askAhead();
        code.load(RCX, RDI, RANK);
        int rank = code.here();
        for (int line = 0; line < lines; line++) {
            int odd = SPARE + 2 * line % (UPPER - SPARE - 1);
            int even = odd + 1;
            code.loadVector(odd, RSI, line * LINE);
            code.prefetch(R14, line * LINE);
            code.shiftLeft(even, odd, Short.SIZE);
            code.and(odd, odd, UPPER);
            code.multiplyAddRepeated(2 * line, even, RDX, 0);
            code.multiplyAddRepeated(2 * line + 1, odd, RDX, 0);
        }
        code.add(RSI, lines * LINE);
        code.add(R14, lines * LINE);
        code.add(RDX, Float.BYTES);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(rank);
    }

    /** r14 points at the strip that memory is asked for: the term's next, or, behind the run's last, the first of the next term. */
    private void askAhead() {
        code.move(R14, RSI);
        code.add(R14, RDI, STRIP_BYTES);
        code.move(RAX, R12);
        code.subtract(RAX, 1);
        int last = code.jumpIfZero();
        int within = code.jumpForward();
        code.land(last);
        code.load(R14, R9, ITEM);
        code.load(R14, R14, ITEM_B);
        code.add(R14, RBX, TERM_BYTES + TERM_B);
        code.land(within);
    }
}
