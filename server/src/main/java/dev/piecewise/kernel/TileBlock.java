package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;
import static dev.piecewise.kernel.StripKernel.AHEAD;
import static dev.piecewise.kernel.StripKernel.LINES;
import static dev.piecewise.kernel.StripKernel.SLICES;
import static dev.piecewise.kernel.StripKernel.SLICE_BYTES;

/**
 * Groups of up to 16 rows, by AMX tiles. {@code r10}: how many bytes rows lie apart. The weights go through registers first: tiles alone, which take their lines 256 bytes apart, get a tenth less of
 * memory.
 */
record TileBlock(Assembler code, Multiplication multiplication) implements Block {
    static final int MOST = 16;

    /** The rest are the sums of 16 outputs each. */
    private static final int WEIGHTS = LINES;

    private static final int INPUTS = LINES + 2;

    /** Writes {@code sums += inputs weights} of tiles. */
    interface Multiplication {
        void write(int sums, int inputs, int weights);
    }

    /** What {@link ProductArguments#TILES} has for so many rows. */
    static byte[] configuration(int rows) {
        TileShapes shapes = new TileShapes();
        for (int tile = 0; tile <= INPUTS; tile++) {
            shapes.set(tile, tile < WEIGHTS || tile == INPUTS ? rows : SLICES, LINE);
        }
        return shapes.bytes();
    }

    @Override
    public void prepare(int scratch) {
        code.configureTiles(RDI, ProductArguments.TILES);
    }

    @Override
    public void beginChunk() {
        code.set(RAX, SLICE_BYTES);
        for (int tile = 0; tile < LINES; tile++) {
            code.zeroTile(tile);
        }
    }

    @Override
    public void multiply() {
        code.loadTile(INPUTS, RDX, 0, R10);
        for (int line = 0; line < SLICES * LINES; line++) {
            code.loadVector(line % 16, RSI, line * LINE);
            code.prefetch(RSI, line * LINE + AHEAD);
        }
        for (int tile = 0; tile < LINES; tile++) {
            int weights = WEIGHTS + tile % 2;
            code.loadTile(weights, RSI, tile * LINE, RAX);
            multiplication.write(tile, INPUTS, weights);
        }
        code.add(RDX, LINE);
    }

    @Override
    public void endChunk() {
        for (int tile = 0; tile < LINES; tile++) {
            code.storeTile(R9, tile * LINE, RAX, tile);
        }
    }

    @Override
    public void finish() {
        code.releaseTiles();
    }
}
