package dev.piecewise.adapter;

/**
 * The two factors of one site's LoRA update, {@code y += B (A x)}; any scale is already in {@code b}.
 *
 * @param a rank x in, row-major
 * @param b out x rank, row-major
 */
public record Factors(int rank, int in, int out, float[] a, float[] b) {
    public Factors {
        if (a.length != (long) rank * in || b.length != (long) out * rank) {
            throw new IllegalArgumentException("factors of rank %d for %d -> %d have %d and %d values"
                    .formatted(rank, in, out, a.length, b.length));
        }
    }

    public long bytes() {
        return 4L * (a.length + b.length);
    }
}
