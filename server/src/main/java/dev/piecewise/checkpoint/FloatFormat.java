package dev.piecewise.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Conversion between {@code float} and the little-endian formats that checkpoints store; writing rounds to nearest even. */
final class FloatFormat {
    private static final int PART = 4096;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private FloatFormat() {}

    /** Reads as many values as there are bytes for. */
    static void read(MemorySegment bytes, DType dtype, float[] target, int at) {
        int length = Math.toIntExact(bytes.byteSize() / dtype.bytes());
        switch (dtype) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, 0, target, at, length);
            case F16 -> {
                for (int i = 0; i < length; i++) {
                    target[at + i] = Float.float16ToFloat(bytes.get(SHORT, 2L * i));
                }
            }
            case BF16 -> readBfloat16(bytes, target, at, length);
            case F64 -> {
                for (int i = 0; i < length; i++) {
                    target[at + i] = (float) bytes.get(DOUBLE, 8L * i);
                }
            }
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64 ->
                throw new IllegalArgumentException(dtype + " is not read as float");
        }
    }

    /** By way of an array, whose loop the compiler makes into vector instructions. */
    private static void readBfloat16(MemorySegment bytes, float[] target, int at, int length) {
        short[] part = new short[Math.min(length, PART)];
        for (int from = 0; from < length; from += PART) {
            int count = Math.min(PART, length - from);
            MemorySegment.copy(bytes, SHORT, 2L * from, part, 0, count);
            int start = at + from;
            for (int i = 0; i < count; i++) {
                target[start + i] = Float.intBitsToFloat(part[i] << 16);
            }
        }
    }

    static void write(float value, DType dtype, ByteBuffer target) {
        switch (dtype) {
            case F32 -> target.putFloat(value);
            case F16 -> target.putShort(Float.floatToFloat16(value));
            case BF16 -> target.putShort(toBfloat16(value));
            case F64 -> target.putDouble(value);
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64 ->
                throw new IllegalArgumentException(dtype + " is not written from float");
        }
    }

    private static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }
}
