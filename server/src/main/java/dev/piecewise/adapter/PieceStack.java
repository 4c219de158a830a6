package dev.piecewise.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * All sharers' pieces of one site, stacked in the pool's sharer order; as in {@code pieces.safetensors}, without the scale alpha / rank. Values may lie in memory or in a
 * mapped file; then every call reads them anew.
 */
public final class PieceStack {
    private final int sharers;
    private final int rank;
    private final int in;
    private final int out;
    private final Values a;
    private final Values b;
    private final Values gate;

    /**
     * A stack in memory, which keeps the arrays.
     *
     * @param a sharers x rank x in
     * @param b sharers x out x rank
     * @param gate sharers x in; the key that scores a piece against hidden states
     */
    public PieceStack(int sharers, int rank, int in, int out, float[] a, float[] b, float[] gate) {
        this(sharers, rank, in, out, new InMemory(a), new InMemory(b), new InMemory(gate));
        if (a.length != (long) sharers * rank * in
                || b.length != (long) sharers * out * rank
                || gate.length != (long) sharers * in) {
            throw new IllegalArgumentException("%d pieces of rank %d for %d -> %d have %d, %d and %d values"
                    .formatted(sharers, rank, in, out, a.length, b.length, gate.length));
        }
    }

    PieceStack(int sharers, int rank, int in, int out, Values a, Values b, Values gate) {
        this.sharers = sharers;
        this.rank = rank;
        this.in = in;
        this.out = out;
        this.a = a;
        this.b = b;
        this.gate = gate;
    }

    /** Values that are stored row after row. */
    interface Values {
        float[] all();

        /** Copies {@code length} values from number {@code from} on. */
        void copy(int from, float[] target, int at, int length);

        /** A copy of {@code length} values from number {@code from} on. */
        default float[] slice(int from, int length) {
            float[] slice = new float[length];
            copy(from, slice, 0, length);
            return slice;
        }
    }

    public int sharers() {
        return sharers;
    }

    public int rank() {
        return rank;
    }

    public int in() {
        return in;
    }

    public int out() {
        return out;
    }

    /** Sharers x rank x in; not to be changed. */
    public float[] a() {
        return a.all();
    }

    /** Sharers x out x rank; not to be changed. */
    public float[] b() {
        return b.all();
    }

    /** Sharers x in; not to be changed. The key that scores a piece against hidden states. */
    public float[] gate() {
        return gate.all();
    }

    /** A copy of one sharer's A, rank x in. */
    public float[] a(int sharer) {
        return a.slice(sharer * rank * in, rank * in);
    }

    /** A copy of one sharer's B, out x rank. */
    public float[] b(int sharer) {
        return b.slice(sharer * out * rank, out * rank);
    }

    /** A copy of one sharer's key, of {@link #in()} values. */
    public float[] gate(int sharer) {
        return gate.slice(sharer * in, in);
    }

    /** Copies one sharer's A, rank x in values. */
    void copyA(int sharer, float[] target, int at) {
        a.copy(sharer * rank * in, target, at, rank * in);
    }

    /** As in {@code parts}, where each gives the rows of some sharers; values stay where they are. */
    static PieceStack concat(List<PieceStack> parts) {
        PieceStack first = parts.getFirst();
        int sharers = parts.stream().mapToInt(PieceStack::sharers).sum();
        return new PieceStack(
                sharers,
                first.rank,
                first.in,
                first.out,
                Rows.of(parts, part -> part.a, first.rank * first.in),
                Rows.of(parts, part -> part.b, first.out * first.rank),
                Rows.of(parts, part -> part.gate, first.in));
    }

    /** The same pieces without those of one sharer. */
    PieceStack without(int sharer) {
        return new PieceStack(
                sharers - 1,
                rank,
                in,
                out,
                Rows.of(a, sharers, rank * in).without(sharer),
                Rows.of(b, sharers, out * rank).without(sharer),
                Rows.of(gate, sharers, in).without(sharer));
    }

    /** One sharer's piece alone. */
    PieceStack only(int sharer) {
        return new PieceStack(1, rank, in, out, a(sharer), b(sharer), gate(sharer));
    }

    /** Pieces that are all zeros. */
    static PieceStack zeros(int sharers, int rank, int in, int out) {
        return new PieceStack(
                sharers,
                rank,
                in,
                out,
                new float[sharers * rank * in],
                new float[sharers * out * rank],
                new float[sharers * in]);
    }

    /** Rows of equal length that lie in several places, one for each sharer. */
    private record Rows(List<Row> rows, int length) implements Values {
        record Row(Values values, int from) {}

        static Rows of(List<PieceStack> parts, Function<PieceStack, Values> values, int length) {
            return new Rows(
                    parts.stream()
                            .flatMap(part -> of(values.apply(part), part.sharers, length).rows.stream())
                            .toList(),
                    length);
        }

        static Rows of(Values values, int sharers, int length) {
            return new Rows(
                    IntStream.range(0, sharers)
                            .mapToObj(i -> new Row(values, i * length))
                            .toList(),
                    length);
        }

        Rows without(int row) {
            List<Row> rest = new ArrayList<>(rows);
            rest.remove(row);
            return new Rows(List.copyOf(rest), length);
        }

        @Override
        public float[] all() {
            float[] all = new float[Math.multiplyExact(rows.size(), length)];
            copy(0, all, 0, all.length);
            return all;
        }

        @Override
        public void copy(int from, float[] target, int at, int count) {
            int done = 0;
            while (done < count) {
                Row row = rows.get((from + done) / length);
                int inRow = (from + done) % length;
                int part = Math.min(length - inRow, count - done);
                row.values.copy(row.from + inRow, target, at + done, part);
                done += part;
            }
        }
    }

    private record InMemory(float[] all) implements Values {
        @Override
        public void copy(int from, float[] target, int at, int length) {
            System.arraycopy(all, from, target, at, length);
        }

        @Override
        public float[] slice(int from, int length) {
            return Arrays.copyOfRange(all, from, from + length);
        }
    }
}
