package dev.piecewise.kernel;

/** What an {@link AttentionKernel} is called with: where each number lies, in bytes. 64 bits each unless it says otherwise. */
final class AttentionArguments {
    static final int TABLE = Items.OWN;
    static final int Q = TABLE + 8;
    static final int KEYS = TABLE + 16;
    static final int VALUES = TABLE + 24;
    static final int Y = TABLE + 32;
    /** Places that are seen at most. */
    static final int WINDOW = TABLE + 40;
    /** 32 bits each: what scores are multiplied with for a power of 2, what no score is below, 1, and what {@link PowerOfTwo} needs. */
    static final int SCALE = TABLE + 48;

    static final int LEAST = TABLE + 52;
    static final int ONE = TABLE + 56;
    static final int POWER = TABLE + 60;
    /** 64 bytes that {@code ldtilecfg} reads. */
    static final int TILES = POWER + PowerOfTwo.BYTES;

    static final int BYTES = TILES + TileShapes.BYTES - Items.OWN;

    /** An item's numbers in the table: where its queries and its results lie behind Q and Y, its keys and values behind KEYS and VALUES, and how many places these are. */
    static final int ITEM_Q = 0;

    static final int ITEM_Y = 8;
    static final int ITEM_PLACES = 16;
    static final int ITEM_LENGTH = 24;
    static final int ITEM_BYTES = 32;

    private AttentionArguments() {}
}
