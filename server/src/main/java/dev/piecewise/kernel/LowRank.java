package dev.piecewise.kernel;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Low-rank updates of rows, each by factors of its own: y = onto + the sum of gain B A x over a row's terms, bfloat16 summed up as float32 and rounded once. Factors that several rows use are read
 * from memory once; a row comes out the same whoever else is there. Runs on PyTorch's OpenMP threads. Any thread may call.
 */
public final class LowRank {
    /** Parts of the inputs, for as many threads, that are summed up apart. */
    private static final int PARTS = 4;

    /** So many values behind the last A may be read, and must be memory. */
    public static final int SPARE_VALUES = Assembler.FLOATS;

    /** Values that A has for each input at most. */
    public static final int MOST_WIDTH = DownKernel.MOST_WIDTH;

    private final Map<Kind, Long> downs = new ConcurrentHashMap<>();
    private final Map<Kind, Long> ups = new ConcurrentHashMap<>();
    private final ThreadLocal<LowRankUpdate> updates;

    LowRank(Team team) {
        this.updates = ThreadLocal.withInitial(() -> new LowRankUpdate(this, team));
    }

    /** The numbers that code is made for. */
    private record Kind(int length, int width) {}

    /**
     * @param inputs of A, a multiple of 32
     * @param width values of A for each input, side by side
     * @param rank of B; may be less than the width, where A has columns of several B
     * @param strip outputs of B that lie together
     */
    public record Shape(int inputs, int width, int rank, int strip) {
        public boolean fit() {
            return inputs % (2 * Assembler.FLOATS) == 0 && DownKernel.fit(width) && UpKernel.fit(strip);
        }

        int parts() {
            int parts = PARTS;
            while (inputs % (2 * Assembler.FLOATS * parts) != 0) {
                parts /= 2;
            }
            return parts;
        }

        int lines() {
            return Math.ceilDiv(width, Assembler.FLOATS);
        }
    }

    /** An update of so many rows, which the calling thread says more of and runs before it begins another. */
    public LowRankUpdate update(Shape shape, int rows) {
        return updates.get().begin(shape, rows);
    }

    long down(int inputs, int width) {
        return downs.computeIfAbsent(
                new Kind(inputs, width),
                kind -> MachineCode.of(DownKernel.code(inputs, width)).address());
    }

    long up(int strip, int parts) {
        return ups.computeIfAbsent(
                new Kind(parts, strip),
                kind -> MachineCode.of(UpKernel.code(strip, parts)).address());
    }
}
