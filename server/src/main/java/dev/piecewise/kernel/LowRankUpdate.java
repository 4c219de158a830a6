package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.piecewise.kernel.LowRank.Shape;
import dev.piecewise.kernel.RowProducts.Rows;
import java.lang.foreign.MemorySegment;

/**
 * One update by {@link LowRank}: first every A with its uses, then lists of rows with their terms and the strips of outputs that they are for. Confined to one thread.
 */
public final class LowRankUpdate {
    private static final int PIECE_NUMBERS = 3;
    /** What is read of a B at a time, at most. */
    private static final long RUN_BYTES = 32 * 1024;

    private final LowRank kernels;
    private final Team team;
    private final Items.Workspace down;
    private final Items.Workspace up;
    private final Table pieces = new Table();
    private final Table items = new Table();
    private final Table uses = new Table();
    private final Table strips = new Table();
    private final Table rows = new Table();
    private final Table terms = new Table();
    private final Team.Scratch partial;
    private Shape shape = new Shape(0, 0, 0, 0);
    private int count;
    private int used;
    private long outputs;

    LowRankUpdate(LowRank kernels, Team team) {
        this.kernels = kernels;
        this.team = team;
        this.down = new Items.Workspace(team, DownKernel.BYTES);
        this.up = new Items.Workspace(team, UpKernel.BYTES);
        this.partial = team.new Scratch();
        up.arguments.set(JAVA_INT, UpKernel.UPPER_HALF, RowProducts.UPPER_HALF);
    }

    LowRankUpdate begin(Shape of, int rowCount) {
        shape = of;
        count = rowCount;
        used = 0;
        outputs = 0;
        for (Table table : new Table[] {pieces, items, uses, strips, rows, terms}) {
            table.clear();
        }
        return this;
    }

    /** So many uses that follow are of the A at this address. */
    public void down(long a, int useCount) {
        if (useCount > 0) {
            pieces.add(a);
            pieces.add(uses.bytes());
            pieces.add(useCount);
        }
    }

    /** A row of inputs by its address; returns the number of what comes out of it. */
    public int use(long x, float gain) {
        uses.add(x);
        uses.add((long) used * lineBytes());
        uses.add(Float.floatToRawIntBits(gain));
        return used++;
    }

    /** Begins a list of all rows; returns where it lies. */
    public long rows() {
        return rows.bytes();
    }

    /** The next row of a list; so many terms of it follow. */
    public void row(int termCount) {
        rows.add(terms.bytes());
        rows.add(termCount);
    }

    /** So many rows of a list that have no terms. */
    public void noTerms(int rowCount) {
        for (int row = 0; row < rowCount; row++) {
            row(0);
        }
    }

    /** A row's B, by the address of the list's first strip, with the rank's values from {@code column} on that came out of a use. */
    public void term(long b, int use, int column) {
        terms.add(b);
        terms.add((long) use * lineBytes() + (long) column * Float.BYTES);
    }

    /** The outputs that a list of rows is for, so many strips from this output on. */
    public void strips(long list, int firstOutput, int stripCount) {
        long stripBytes = stripBytes();
        outputs += (long) stripCount * shape.strip();
        int run = Math.clamp(RUN_BYTES / stripBytes, 1, Math.ceilDiv(stripCount, team.threads()));
        for (int strip = 0; strip < stripCount; strip += run) {
            strips.add(strip * stripBytes);
            strips.add(list);
            strips.add((firstOutput + (long) strip * shape.strip()) * Short.BYTES);
            strips.add(Math.min(run, stripCount - strip));
        }
    }

    private long stripBytes() {
        return (long) shape.rank() * shape.strip() * Short.BYTES;
    }

    /** @param onto as many rows as y has, or {@link Rows#NONE}; y itself, too */
    public void run(Rows onto, Rows y) {
        long partBytes = (long) used * lineBytes();
        long h = partial.of(partBytes * shape.parts());
        if (used > 0) {
            runDown(h, partBytes);
        }
        runUp(h, partBytes, onto, y);
    }

    private void runDown(long h, long partBytes) {
        int inputs = shape.inputs() / shape.parts();
        addItems(partBytes);
        MemorySegment arguments = down.arguments;
        arguments.set(JAVA_LONG, DownKernel.TABLE, items.address());
        arguments.set(JAVA_LONG, DownKernel.USES, uses.address());
        arguments.set(JAVA_LONG, DownKernel.H, h);
        arguments.set(JAVA_LONG, DownKernel.H_BYTES, partBytes);
        down.run(
                kernels.down(inputs, shape.width()),
                items.bytes() / DownKernel.ITEM_BYTES,
                DownKernel.scratchBytes(inputs),
                team.threadsFor((long) used * shape.inputs() * shape.width()));
    }

    /** Few pieces are cut in parts. Of many, threads take whole ones in turns, and each is to read neighbours one after the other. */
    private void addItems(long partBytes) {
        int numbers = PIECE_NUMBERS * Long.BYTES;
        int found = (int) (pieces.bytes() / numbers);
        int threads = team.threads();
        if (found < 2 * threads) {
            for (int item = 0; item < found * shape.parts(); item++) {
                addParts((long) item / shape.parts() * numbers, item % shape.parts(), 1, partBytes);
            }
            return;
        }
        int each = Math.ceilDiv(found, threads);
        for (int i = 0; i < each * threads; i++) {
            int piece = i % threads * each + i / threads;
            if (piece < found) {
                addParts((long) piece * numbers, 0, shape.parts(), partBytes);
            }
        }
    }

    private void addParts(long piece, int first, int parts, long partBytes) {
        int inputs = shape.inputs() / shape.parts();
        items.add(pieces.get(piece) + (long) first * inputs * shape.width() * Short.BYTES);
        items.add(pieces.get(piece + Long.BYTES));
        items.add(pieces.get(piece + 2 * Long.BYTES));
        items.add((long) first * inputs * Short.BYTES);
        items.add(first * partBytes);
        items.add(parts);
    }

    private void runUp(long h, long partBytes, Rows onto, Rows y) {
        // Behind the last one.
        terms.add(terms.bytes() == 0 ? 0 : terms.get(0));
        MemorySegment arguments = up.arguments;
        arguments.set(JAVA_LONG, UpKernel.TABLE, strips.address());
        arguments.set(JAVA_LONG, UpKernel.ROWS, rows.address());
        arguments.set(JAVA_LONG, UpKernel.TERMS, terms.address());
        arguments.set(JAVA_LONG, UpKernel.COUNT, count);
        arguments.set(JAVA_LONG, UpKernel.RANK, shape.rank());
        arguments.set(JAVA_LONG, UpKernel.STRIP_BYTES, stripBytes());
        arguments.set(JAVA_LONG, UpKernel.H, h);
        arguments.set(JAVA_LONG, UpKernel.H_LINES, partBytes / Assembler.LINE);
        arguments.set(JAVA_LONG, UpKernel.H_BYTES, partBytes);
        arguments.set(JAVA_LONG, UpKernel.Y, y.address());
        arguments.set(JAVA_LONG, UpKernel.Y_ROW_BYTES, y.stride() * Short.BYTES);
        arguments.set(JAVA_LONG, UpKernel.ONTO, onto.address());
        arguments.set(JAVA_LONG, UpKernel.ONTO_ROW_BYTES, onto.stride() * Short.BYTES);
        long items = strips.bytes() / UpKernel.ITEM_BYTES;
        up.run(
                kernels.up(shape.strip(), shape.parts()),
                items,
                UpKernel.scratchBytes(partBytes),
                team.threadsFor(outputs * (count + (long) used * shape.rank())));
    }

    private long lineBytes() {
        return (long) shape.lines() * Assembler.LINE;
    }
}
