package dev.piecewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Numbers that bfloat16 has, as floats and as kernels read them. */
final class Bfloat16 {
    private Bfloat16() {}

    static float[] numbers(Random random, int count, double deviation) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Float.intBitsToFloat(
                    Float.floatToRawIntBits((float) (random.nextGaussian() * deviation)) & 0xFFFF0000);
        }
        return numbers;
    }

    static MemorySegment memory(Arena arena, float... numbers) {
        MemorySegment memory = arena.allocate(2L * numbers.length, 64);
        for (int i = 0; i < numbers.length; i++) {
            memory.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(numbers[i]) >> 16));
        }
        return memory;
    }

    static float value(MemorySegment memory, int at) {
        return Float.intBitsToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, at) << 16);
    }

    static float[] values(MemorySegment memory, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = value(memory, i);
        }
        return values;
    }

    /** To the nearest, to the even one of two. */
    static short bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    static float rounded(float value) {
        return Float.intBitsToFloat(bits(value) << 16);
    }
}
