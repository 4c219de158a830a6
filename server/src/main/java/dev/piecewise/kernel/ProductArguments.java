package dev.piecewise.kernel;

/**
 * What a {@link ProductKernel} is called with: where each number lies, in bytes. 64 bits each unless it says otherwise. The first line of the cache and the threads' shares change while threads
 * run, the rest does not.
 */
final class ProductArguments {
    /** Threads that began, 0 at first. */
    static final int BEGAN = 0;

    static final int THREADS = 64;
    /** Addresses of the first share and of what lies behind the last. */
    static final int FIRST_SHARE = 72;

    static final int LAST_SHARE = 80;
    static final int STRIP_BYTES = 88;
    static final int WEIGHTS = 96;
    /** Chunks of inputs that are summed up apart, and blocks of inputs in each. */
    static final int CHUNKS = 104;

    static final int BLOCKS = 112;
    static final int X = 120;
    static final int X_ROW_BYTES = 128;
    static final int Y = 136;
    static final int Y_ROW_BYTES = 144;
    /** What is added to the products; 0 if nothing is. */
    static final int ONTO = 152;

    static final int ONTO_ROW_BYTES = 160;
    /** The threads' own memory, and how much each has. */
    static final int SCRATCH = 168;

    static final int SCRATCH_BYTES = 176;
    /** 32 bits each. */
    static final int UPPER_HALF = 184;

    static final int FLOAT_CONTROL = 188;
    /** What is added to each row's products before; 0 if nothing is. */
    static final int BIAS = 192;
    /** 64 bytes that {@code ldtilecfg} reads, for 16 rows or fewer; and for those that 16 and 16 leave. */
    static final int TILES = 200;

    static final int TILES_REST = 264;
    /** How often there are 16 rows. */
    static final int GROUPS = 328;

    /** All rows. */
    static final int ROWS = 336;
    /** Of int8: addresses of what 32 bits for each output say. */
    static final int WEIGHT_SUMS = 344;

    static final int SCALES = 352;
    /** Numbers of 32 bits that rounding to int8 takes. */
    static final int ABSOLUTE = 360;

    static final int PER_STEP = 364;
    static final int LEAST_STEP = 368;
    static final int MIDDLE = 372;
    static final int ONE = 376;

    /** The threads' shares, each on a line of its own: the next strip, and the one behind the last. */
    static final int SHARES = 384;

    static final int SHARE_BYTES = 64;
    static final int SHARE_END = 8;

    private ProductArguments() {}
}
