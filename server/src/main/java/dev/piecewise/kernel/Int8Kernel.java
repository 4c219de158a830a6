package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.HALF_LINE;
import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/**
 * Machine code of y = bias + (onto + step * scales * q Wᵀ): rows x of bfloat16, each rounded to q of int8 by a step of its own, and weights of int8 with a scale for each output. The sums are exact;
 * what they are scaled by, each addition and the result are rounded to bfloat16 as the script's {@code linear_int8} does it.
 *
 * <p>Every thread rounds all rows for itself, once a product, and adds 128 to them, since the processor multiplies numbers without sign by such with one. Behind the weights lie the negative sums of
 * each output's (32 bits), which take that out again.
 */
final class Int8Kernel extends StripKernel {
    /** Inputs. */
    static final int BLOCK = 4 * SLICES;

    /** Registers. */
    private static final int SUMS = 16;

    private static final int SCALES = SUMS + LINES;
    private static final int ABSOLUTE = 31;
    private static final int MIDDLE = 30;
    private static final int RECIPROCAL = 29;
    /** By how many bits a number is shifted to be multiplied by 128. */
    private static final int MIDDLE_BITS = 7;

    private final Block block;
    private final int inputs;
    /** Of a rounded row: its inputs and a line full of its step. */
    private final int rowBytes;

    private Int8Kernel(Assembler code, int allRows, int inputs) {
        super(code, allRows, 0);
        this.inputs = inputs;
        this.rowBytes = inputs + LINE;
        this.block = rows <= Int8RowBlock.MOST
                ? new Int8RowBlock(code, rows, rowBytes)
                : new TileBlock(code, code::multiplyAddByteTiles);
    }

    static StripKernel of(int rows, int inputs) {
        return new Int8Kernel(new Assembler(), rows, inputs);
    }

    static void writeConstants(MemorySegment arguments) {
        arguments.set(JAVA_INT, ProductArguments.ABSOLUTE, Integer.MAX_VALUE);
        arguments.set(JAVA_FLOAT, ProductArguments.PER_STEP, 1 / 127f);
        arguments.set(JAVA_FLOAT, ProductArguments.LEAST_STEP, 1e-30f);
        arguments.set(JAVA_FLOAT, ProductArguments.MIDDLE, 128.5f);
        arguments.set(JAVA_FLOAT, ProductArguments.ONE, 1);
    }

    @Override
    long scratchBytes() {
        return own + (long) (many ? RowProducts.MOST_ROWS : rows) * rowBytes;
    }

    @Override
    void prepare() {
        code.loadRepeated(ABSOLUTE, RDI, ProductArguments.ABSOLUTE);
        code.loadRepeated(MIDDLE, RDI, ProductArguments.MIDDLE);
        code.move(RDX, R9);
        code.add(RDX, own);
        code.load(RSI, RDI, ProductArguments.X);
        code.load(R11, RDI, ProductArguments.ROWS);
        int row = code.here();
        writeStep();
        roundRow();
        code.add(RSI, RDI, ProductArguments.X_ROW_BYTES);
        code.add(RDX, LINE);
        code.subtract(R11, 1);
        code.jumpIfNotZero(row);
        code.set(R10, rowBytes);
        block.prepare(own);
    }

    /** Of the row that rsi points at, behind its place at rdx; and {@link #RECIPROCAL}. */
    private void writeStep() {
        for (int i = 0; i < LINES; i++) {
            code.zero(i);
        }
        overBlocks(line -> {
            code.loadWide(LINES + line, RAX, line * HALF_LINE);
            code.and(LINES + line, LINES + line, ABSOLUTE);
            code.maximum(line, line, LINES + line);
        });
        code.maximum(0, 0, 1);
        code.maximum(2, 2, 3);
        code.maximum(0, 0, 2);
        code.acrossLanes(0, 1, code::maximum);
        code.multiplyRepeated(0, 0, RDI, ProductArguments.PER_STEP);
        code.loadRepeated(1, RDI, ProductArguments.LEAST_STEP);
        code.maximum(0, 0, 1);
        code.round(0);
        code.storeVector(RDX, inputs, 0);
        code.loadRepeated(1, RDI, ProductArguments.ONE);
        code.divideFloats(RECIPROCAL, 1, 0);
    }

    /** Moves rdx to the row's end. */
    private void roundRow() {
        overBlocks(line -> {
            code.loadWide(line, RAX, line * HALF_LINE);
            code.multiplyFloats(line, line, RECIPROCAL);
            code.addFloats(line, line, MIDDLE);
            code.truncate(line, line);
            code.storeBytes(RDX, 0, line);
            code.add(RDX, Assembler.FLOATS);
        });
    }

    /** The row that rsi points at, four lines of 16 inputs at rax at a time. */
    private void overBlocks(IntConsumer line) {
        code.move(RAX, RSI);
        code.set(RCX, inputs / BLOCK);
        int next = code.here();
        for (int i = 0; i < LINES; i++) {
            line.accept(i);
        }
        code.add(RAX, BLOCK * Short.BYTES);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(next);
    }

    /** rsi points at the strip's weights, rdx at the group's rounded rows. */
    @Override
    void multiplyGroup(int count) {
        code.load(RSI, R9, weights);
        pointAtRows();
        code.set(RCX, inputs / BLOCK);
        block.multiplyAll();
        loadOfOutputs(SUMS, ProductArguments.WEIGHT_SUMS);
        loadOfOutputs(SCALES, ProductArguments.SCALES);
        pointAtRows();
        for (int line = 0; line < LINES; line++) {
            code.shiftLeft(SUMS + line, SUMS + line, MIDDLE_BITS);
        }
        for (int row = 0; row < count; row++) {
            for (int line = 0; line < LINES; line++) {
                code.loadVector(0, R9, result(row, line));
                code.addNumbers(0, 0, SUMS + line);
                code.toFloats(0, 0);
                code.multiplyFloats(0, 0, SCALES + line);
                code.round(0);
                code.multiplyRepeated(0, 0, RDX, inputs);
                code.storeVector(R9, result(row, line), 0);
            }
            code.add(RDX, rowBytes);
        }
        addOnto(count);
        addBias(count, true);
    }

    private void pointAtRows() {
        code.move(RDX, R9);
        code.add(RDX, own);
        code.add(RDX, R9, groupX);
    }

    /** The strip's part of what has 32 bits for each output. */
    private void loadOfOutputs(int registers, int address) {
        code.load(RAX, R9, column);
        code.addRegister(RAX, RAX);
        code.add(RAX, RDI, address);
        for (int line = 0; line < LINES; line++) {
            code.loadVector(registers + line, RAX, line * LINE);
        }
    }

    @Override
    void passRows(int count) {
        code.load(RAX, R9, groupX);
        code.add(RAX, count * rowBytes);
        code.store(R9, groupX, RAX);
    }

    @Override
    void finish() {
        block.finish();
    }
}
