package dev.piecewise.kernel;

/** What an {@link AttentionKernel} is called with: where each number lies, in bytes. 64 bits each unless it says otherwise. Only the first line of the cache changes while threads run. */
final class AttentionArguments {
    /** Threads that began, and the next item, 0 at first. */
    static final int BEGAN = 0;

    static final int NEXT = 8;

    static final int ITEMS = 64;
    static final int TABLE = 72;
    static final int Q = 80;
    static final int KEYS = 88;
    static final int VALUES = 96;
    static final int Y = 104;
    /** Places that are seen at most. */
    static final int WINDOW = 112;

    static final int SCRATCH = 120;
    static final int SCRATCH_BYTES = 128;
    /** 32 bits each: what scores are multiplied with for a power of 2, what no score is below, 1, and then the coefficients of 2 to the power of x, the highest first. */
    static final int SCALE = 136;

    static final int LEAST = 140;
    static final int ONE = 144;
    static final int COEFFICIENTS = 148;
    /** 64 bytes that {@code ldtilecfg} reads. */
    static final int TILES = 192;

    static final int BYTES = 256;

    /** An item's numbers in the table: where its queries and its results lie behind Q and Y, its keys and values behind KEYS and VALUES, and how many places these are. */
    static final int ITEM_Q = 0;

    static final int ITEM_Y = 8;
    static final int ITEM_PLACES = 16;
    static final int ITEM_LENGTH = 24;
    static final int ITEM_BYTES = 32;

    private AttentionArguments() {}
}
