package dev.piecewise.checkpoint;

import java.util.Arrays;

/**
 * Where a tensor lies in its file.
 *
 * @param offset of its first byte, counted from the start of the file
 * @param bytes its length
 */
public record TensorInfo(String name, DType dtype, long[] shape, long offset, long bytes) {
    public long elements() {
        return bytes / dtype.bytes();
    }

    public boolean hasShape(long... expected) {
        return Arrays.equals(shape, expected);
    }

    /** As in {@code BF16 [64, 32]}. */
    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape);
    }
}
