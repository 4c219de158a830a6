package dev.piecewise.kernel;

import static dev.piecewise.kernel.Assembler.FLOATS;
import static dev.piecewise.kernel.Assembler.HALF_LINE;
import static dev.piecewise.kernel.Assembler.LINE;
import static dev.piecewise.kernel.ScalarAssembler.R10;
import static dev.piecewise.kernel.ScalarAssembler.R11;
import static dev.piecewise.kernel.ScalarAssembler.R8;
import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static dev.piecewise.kernel.ScalarAssembler.RDX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/**
 * Machine code of attention of single tokens: threads take an item after the other, the heads of one token that share keys. Scores are products of tiles, 16 places by all heads of the item,
 * bfloat16 summed up as float32; softmax and the sum of values are float32.
 */
final class AttentionKernel {
    /** Places whose scores are computed together; so many behind the last may be read, and must be memory. */
    static final int PLACES = 16;

    /** Inputs of a tile's row. */
    private static final int CHUNK = 32;

    private static final int MOST_CHUNKS = 4;
    /** Blocks of places that memory is asked for ahead. */
    private static final int AHEAD = 1;

    private static final int SCORES = 0;
    private static final int KEYS = 1;
    private static final int QUERIES = 4;

    /** Registers of softmax. */
    private static final int HIGHEST = 8;

    private static final int SUM = 9;
    private static final int SCALE = 10;
    private static final int POWERS = 16;

    /** The register of a line of values; those below hold sums. */
    private static final int VALUE = 31;

    private final Assembler code = new Assembler();
    private final PowerOfTwo power = new PowerOfTwo(code, POWERS, 11);
    private final int heads;
    private final int dim;
    private final int placeBytes;
    /** Lines of all heads' results whose sums registers hold. */
    private final int together;
    /** Where they lie in a thread's scratch, which begins with queries. */
    private final int factors;

    private final int scores;

    private AttentionKernel(int heads, int kvHeads, int dim) {
        this.heads = heads / kvHeads;
        this.dim = dim;
        this.placeBytes = dim * Short.BYTES;
        int lines = dim / FLOATS;
        this.together = Math.ceilDiv(lines, Math.ceilDiv(lines, VALUE / this.heads));
        this.factors = dim / 2 * LINE;
        this.scores = factors + LINE;
    }

    /** Whether tiles and registers suffice. */
    static boolean fit(int heads, int kvHeads, int dim) {
        return heads / kvHeads <= FLOATS && dim % CHUNK == 0 && dim <= MOST_CHUNKS * CHUNK;
    }

    /** Bytes of memory that every thread needs for itself, for contexts of so many places. */
    static long scratchBytes(int dim, long longest) {
        return dim / 2 * LINE + LINE + (longest + 2 * PLACES) * LINE;
    }

    /** A function of {@link AttentionArguments} that any number of threads call. */
    static byte[] code(int heads, int kvHeads, int dim) {
        AttentionKernel kernel = new AttentionKernel(heads, kvHeads, dim);
        return Items.function(kernel.code, kernel::prepare, kernel::item, kernel.code::releaseTiles);
    }

    /** What {@link AttentionArguments#TILES} has. */
    static byte[] configuration(int heads, int kvHeads) {
        int group = heads / kvHeads;
        TileShapes shapes = new TileShapes();
        for (int tile = 0; tile < QUERIES + MOST_CHUNKS; tile++) {
            shapes.set(tile, PLACES, tile == KEYS ? LINE : group * Float.BYTES);
        }
        return shapes.bytes();
    }

    private void prepare() {
        code.configureTiles(RDI, AttentionArguments.TILES);
    }

    private void item() {
        beginItem();
        layQueries();
        score();
        code.load(RCX, RDI, AttentionArguments.KEYS);
        code.subtractRegister(R8, RCX);
        code.add(R8, RDI, AttentionArguments.VALUES);
        softmax();
        code.load(R10, RDI, AttentionArguments.Y);
        code.add(R10, RSI, AttentionArguments.ITEM_Y);
        int lines = dim / FLOATS;
        for (int line = 0; line < lines; line += together) {
            sumValues(line, Math.min(together, lines - line));
        }
    }

    /** rsi points at the item's numbers, r8 at its first key, r10 at its queries; r11 counts its places. */
    private void beginItem() {
        code.multiply(RAX, AttentionArguments.ITEM_BYTES);
        code.add(RAX, RDI, AttentionArguments.TABLE);
        code.move(RSI, RAX);
        code.load(R10, RDI, AttentionArguments.Q);
        code.add(R10, RSI, AttentionArguments.ITEM_Q);
        code.load(R8, RDI, AttentionArguments.KEYS);
        code.add(R8, RSI, AttentionArguments.ITEM_PLACES);
        code.load(R11, RSI, AttentionArguments.ITEM_LENGTH);
        code.load(RAX, RDI, AttentionArguments.WINDOW);
        code.compare(RAX, RSI, AttentionArguments.ITEM_LENGTH);
        int allSeen = code.jumpIfAtLeast();
        code.subtractRegister(R11, RAX);
        code.multiply(R11, placeBytes);
        code.addRegister(R8, R11);
        code.move(R11, RAX);
        code.land(allSeen);
    }

    /** Pairs of inputs become rows, heads columns. */
    private void layQueries() {
        code.move(RDX, R9);
        code.set(RCX, heads);
        int head = code.here();
        for (int pair = 0; pair < dim / 2; pair++) {
            code.loadInt(RAX, R10, pair * Integer.BYTES);
            code.storeInt(RDX, pair * LINE, RAX);
        }
        code.add(R10, dim * Short.BYTES);
        code.add(RDX, Integer.BYTES);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(head);
    }

    /** Scores of all places and up to 15 more, which softmax does not see. */
    private void score() {
        code.set(RAX, LINE);
        for (int chunk = 0; chunk < dim / CHUNK; chunk++) {
            code.loadTile(QUERIES + chunk, R9, chunk * PLACES * LINE, RAX);
        }
        code.move(R10, R8);
        code.move(RCX, R11);
        code.move(RDX, R9);
        code.push(RSI);
        code.set(RSI, placeBytes);
        int block = code.here();
        code.zeroTile(SCORES);
        for (int chunk = 0; chunk < dim / CHUNK; chunk++) {
            code.loadTile(KEYS, R10, chunk * LINE, RSI);
            code.multiplyAddTiles(SCORES, KEYS, QUERIES + chunk);
            for (int place = 0; place < PLACES; place++) {
                code.prefetch(R10, (AHEAD * PLACES + place) * placeBytes + chunk * LINE);
            }
        }
        code.storeTile(RDX, scores, RAX, SCORES);
        code.add(RDX, PLACES * LINE);
        code.add(R10, PLACES * placeBytes);
        code.subtract(RCX, PLACES);
        code.jumpIfAbove(block);
        code.pop(RSI);
    }

    /** Scores become powers; what lies behind the last one becomes nothing. */
    private void softmax() {
        code.move(RDX, R11);
        code.multiply(RDX, LINE);
        code.addRegister(RDX, R9);
        code.loadRepeated(0, RDI, AttentionArguments.LEAST);
        for (int place = 0; place < PLACES; place++) {
            code.storeVector(RDX, scores + place * LINE, 0);
        }
        code.loadRepeated(SCALE, RDI, AttentionArguments.SCALE);
        power.load(RDI, AttentionArguments.POWER);
        code.loadVector(HIGHEST, R9, scores);
        overScores(4, () -> {
            for (int i = 0; i < 4; i++) {
                code.maximum(HIGHEST, HIGHEST, RDX, scores + i * LINE);
            }
        });
        code.zero(SUM);
        overScores(4, () -> {
            for (int i = 0; i < 4; i++) {
                raise(2 * i, 2 * i + 1, i * LINE);
            }
            for (int i = 0; i < 4; i++) {
                code.addFloats(SUM, SUM, 2 * i + 1);
            }
        });
        code.loadRepeated(0, RDI, AttentionArguments.ONE);
        code.divideFloats(0, 0, SUM);
        code.storeVector(R9, factors, 0);
    }

    private void overScores(int places, Runnable body) {
        code.move(RDX, R9);
        code.move(RCX, R11);
        int next = code.here();
        body.run();
        code.add(RDX, places * LINE);
        code.subtract(RCX, places);
        code.jumpIfAbove(next);
    }

    private void raise(int whole, int rest, int at) {
        code.loadVector(rest, RDX, scores + at);
        code.subtractFloats(rest, rest, HIGHEST);
        code.multiplyFloats(rest, rest, SCALE);
        power.raise(rest, whole);
        code.storeVector(RDX, scores + at, rest);
    }

    /** Of all heads, so many lines of their results. */
    private void sumValues(int first, int lines) {
        for (int sum = 0; sum < heads * lines; sum++) {
            code.zero(sum);
        }
        code.move(RAX, R8);
        code.move(RDX, R9);
        code.move(RCX, R11);
        int place = code.here();
        for (int line = 0; line < lines; line++) {
            code.loadWide(VALUE, RAX, (first + line) * HALF_LINE);
            for (int head = 0; head < heads; head++) {
                code.multiplyAddRepeated(head * lines + line, VALUE, RDX, scores + head * Float.BYTES);
            }
        }
        for (int at = 0; first == 0 && at < dim * Short.BYTES; at += LINE) {
            code.prefetch(RAX, AHEAD * PLACES * placeBytes + at);
        }
        code.add(RAX, placeBytes);
        code.add(RDX, LINE);
        code.subtract(RCX, 1);
        code.jumpIfNotZero(place);
        for (int sum = 0; sum < heads * lines; sum++) {
            int head = sum / lines;
            int line = first + sum % lines;
            code.multiplyRepeated(sum, sum, R9, factors + head * Float.BYTES);
            code.narrow(sum, sum);
            code.storeHalf(R10, head * dim * Short.BYTES + line * HALF_LINE, sum);
        }
    }
}
