package dev.piecewise.adapter;

/**
 * All sharers' pieces of one site, stacked in the pool's sharer order; as in {@code pieces.safetensors}, without the scale alpha / rank.
 *
 * @param a sharers x rank x in
 * @param b sharers x out x rank
 * @param gate sharers x in; the key that scores a piece against hidden states
 */
public record PieceStack(int sharers, int rank, int in, int out, float[] a, float[] b, float[] gate) {}
