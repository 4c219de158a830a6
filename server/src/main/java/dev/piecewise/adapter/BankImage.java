package dev.piecewise.adapter;

import java.util.List;

/**
 * An adapter as a device's bank holds it, made by {@link BankLayout}: what serving keeps of an adapter on the host, and copies when the adapter gets a slot.
 *
 * @param rank as many bank columns as the adapter needs
 * @param tiles in the order of their layers
 */
public record BankImage(String fingerprint, int rank, List<Tile> tiles) {
    /**
     * The columns of a layer's group, in the bank's type and byte order.
     *
     * @param a in x (members x rank)
     * @param b chunks x rank x width of a chunk
     */
    public record Tile(int layer, ProjectionGroup group, byte[] a, byte[] b) {}

    public long bytes() {
        return tiles.stream()
                .mapToLong(tile -> (long) tile.a().length + tile.b().length)
                .sum();
    }
}
