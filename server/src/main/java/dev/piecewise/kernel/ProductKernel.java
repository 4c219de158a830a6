package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/**
 * Machine code of y = onto + bias + x Wᵀ for rows x [rows, inputs], bfloat16 throughout, whose sums are rounded as oneDNN's with AMX tiles are: within a block of 32 inputs the even and the odd ones
 * apart, then both to the sum; chunks of blocks apart.
 */
final class ProductKernel extends StripKernel {
    /** Inputs. */
    static final int BLOCK = 2 * SLICES;

    private final Block block;
    private final boolean tiles;
    private final int inputs;

    private ProductKernel(Assembler code, int allRows, int inputs) {
        super(code, allRows, Math.min(allRows, TileBlock.MOST) * SLICE_BYTES);
        this.inputs = inputs;
        this.tiles = rows > RowBlock.MOST;
        this.block = tiles ? new TileBlock(code, code::multiplyAddTiles) : new RowBlock(code, rows, inputs);
    }

    static StripKernel of(int rows, int inputs) {
        return new ProductKernel(new Assembler(), rows, inputs);
    }

    @Override
    long scratchBytes() {
        return own + (tiles ? 0 : (long) rows * inputs * Float.BYTES);
    }

    @Override
    void prepare() {
        block.prepare(own);
        code.load(R10, RDI, ProductArguments.X_ROW_BYTES);
    }

    /** rsi points at the strip's weights, r11 counts chunks and rcx their blocks. */
    @Override
    void multiplyGroup(int count) {
        code.load(RSI, R9, weights);
        code.load(R11, RDI, ProductArguments.CHUNKS);
        pointAtRows();
        code.zero(0);
        for (int at = 0; at < count * SLICE_BYTES; at += LINE) {
            code.storeVector(R9, result(0, 0) + at, 0);
        }
        int chunk = code.here();
        code.load(RCX, RDI, ProductArguments.BLOCKS);
        block.multiplyAll();
        for (int at = 0; at < count * SLICE_BYTES; at += LINE) {
            code.loadVector(0, R9, at);
            code.addFloats(0, 0, R9, result(0, 0) + at);
            code.storeVector(R9, result(0, 0) + at, 0);
        }
        code.subtract(R11, 1);
        code.jumpIfNotZero(chunk);
        addBias(count, false);
        addOnto(count);
    }

    /** rdx at the group's, or at what {@link RowBlock} made of them. */
    private void pointAtRows() {
        if (tiles) {
            code.load(RDX, RDI, ProductArguments.X);
            code.add(RDX, R9, groupX);
        } else {
            code.move(RDX, R9);
            code.add(RDX, own);
        }
    }

    @Override
    void passRows(int count) {
        moveOn(groupX, ProductArguments.X_ROW_BYTES, count);
    }

    @Override
    void finish() {
        block.finish();
    }
}
