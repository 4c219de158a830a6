package dev.piecewise.kernel;

import static dev.piecewise.kernel.ScalarAssembler.RCX;
import static dev.piecewise.kernel.ScalarAssembler.RSI;

/**
 * Writes how a strip's products come about, a block of inputs at a time. {@code rsi} points at the block's weights, {@code rdx} at its inputs, {@code r9} at the thread's scratch, which begins with
 * the strip's sums.
 */
sealed interface Block permits RowBlock, Int8RowBlock, TileBlock {
    Assembler code();

    /** Once a thread; the block's scratch begins so many bytes behind r9. */
    void prepare(int scratch);

    void beginChunk();

    /** Moves {@code rdx} to the next block of inputs. */
    void multiply();

    /** Puts the chunk's sums where r9 points: for each row one line of memory for 16 outputs after the other. */
    void endChunk();

    void finish();

    /** A chunk of as many blocks as {@code rcx} says. Moves {@code rsi} and {@code rdx} behind it. */
    default void multiplyAll() {
        beginChunk();
        int next = code().here();
        multiply();
        code().add(RSI, StripKernel.BLOCK_BYTES);
        code().subtract(RCX, 1);
        code().jumpIfNotZero(next);
        endChunk();
    }
}
