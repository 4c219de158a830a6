package dev.piecewise.kernel;

/** What {@code ldtilecfg} reads: how many rows each tile has, and how many bytes a row. */
final class TileShapes {
    static final int BYTES = 64;

    private static final int ROW_BYTES = 16;
    private static final int ROWS = 48;

    private final byte[] bytes = new byte[BYTES];

    TileShapes() {
        bytes[0] = 1;
    }

    TileShapes set(int tile, int rows, int rowBytes) {
        bytes[ROW_BYTES + Short.BYTES * tile] = (byte) rowBytes;
        bytes[ROWS + tile] = (byte) rows;
        return this;
    }

    byte[] bytes() {
        return bytes;
    }
}
