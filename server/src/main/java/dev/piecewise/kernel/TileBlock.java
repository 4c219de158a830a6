package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ProductKernel.AHEAD;
import static dev.piecewise.kernel.ProductKernel.LINES;
import static dev.piecewise.kernel.ProductKernel.PAIRS;
import static dev.piecewise.kernel.ProductKernel.PAIR_BYTES;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/** Groups of up to 16 rows, by AMX tiles. The weights go through registers first: tiles alone, which take their lines 256 bytes apart, get a tenth less of memory. */
record TileBlock(Assembler code) implements Block {
    static final int MOST = 16;

    /** The rest are the sums of 16 outputs each. */
    private static final int WEIGHTS = LINES;

    private static final int INPUTS = LINES + 2;

    @Override
    public long scratchBytes() {
        return 0;
    }

    /** What {@link ProductArguments#TILES} has for so many rows. */
    static byte[] configuration(int rows) {
        TileShapes shapes = new TileShapes();
        for (int tile = 0; tile <= INPUTS; tile++) {
            shapes.set(tile, tile < WEIGHTS || tile == INPUTS ? rows : PAIRS, LINE);
        }
        return shapes.bytes();
    }

    @Override
    public void prepare(int scratch) {
        code.configureTiles(RDI, ProductArguments.TILES);
        code.load(R10, RDI, ProductArguments.X_ROW_BYTES);
    }

    @Override
    public void beginStrip() {
        code.load(RDX, RDI, ProductArguments.X);
        code.set(RAX, PAIR_BYTES);
    }

    @Override
    public void beginChunk() {
        for (int tile = 0; tile < LINES; tile++) {
            code.zeroTile(tile);
        }
    }

    @Override
    public void multiply() {
        code.loadTile(INPUTS, RDX, 0, R10);
        for (int line = 0; line < PAIRS * LINES; line++) {
            code.loadVector(line % 16, RSI, line * LINE);
            code.prefetch(RSI, line * LINE + AHEAD);
        }
        for (int tile = 0; tile < LINES; tile++) {
            int weights = WEIGHTS + tile % 2;
            code.loadTile(weights, RSI, tile * LINE, RAX);
            code.multiplyAddTiles(tile, INPUTS, weights);
        }
        code.add(RDX, ProductKernel.BLOCK * Short.BYTES);
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
