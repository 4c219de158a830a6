package dev.piecewise.kernel;

/** Writes how a strip's products come about, a block of inputs at a time. {@code rsi} points at the block's weights, {@code r9} at the thread's scratch, which begins with the strip's sums. */
sealed interface Block permits RowBlock, TileBlock {
    /** Bytes of memory that every thread needs beside sums. */
    long scratchBytes();

    /** Once a thread; the block's scratch begins so many bytes behind r9. */
    void prepare(int scratch);

    /** {@code rdx}: where the strip's inputs begin. */
    void beginStrip();

    void beginChunk();

    /** Moves {@code rdx} to the next block of inputs. */
    void multiply();

    /** Puts the chunk's sums where r9 points: for each row one line of memory for 16 outputs after the other. */
    void endChunk();

    void finish();
}
