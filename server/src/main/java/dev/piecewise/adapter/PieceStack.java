package dev.piecewise.adapter;

/**
 * All sharers' pieces of one site, stacked in the pool's sharer order; as in {@code pieces.safetensors}, without the scale alpha / rank.
 *
 * @param a sharers x rank x in
 * @param b sharers x out x rank
 * @param gate sharers x in; the key that scores a piece against hidden states
 */
public record PieceStack(int sharers, int rank, int in, int out, float[] a, float[] b, float[] gate) {
    public PieceStack {
        if (a.length != (long) sharers * rank * in
                || b.length != (long) sharers * out * rank
                || gate.length != (long) sharers * in) {
            throw new IllegalArgumentException("%d pieces of rank %d for %d -> %d have %d, %d and %d values"
                    .formatted(sharers, rank, in, out, a.length, b.length, gate.length));
        }
    }
}
