package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A growing list of numbers of 64 bits that kernels read. Confined to one thread. */
final class Table {
    private MemorySegment memory = Arena.ofAuto().allocate(1024L * Long.BYTES, Assembler.LINE);
    private long size;

    /** Where the next number will lie, in bytes behind the first. */
    long bytes() {
        return size;
    }

    void clear() {
        size = 0;
    }

    void add(long value) {
        if (size == memory.byteSize()) {
            MemorySegment grown = Arena.ofAuto().allocate(2 * size, Assembler.LINE);
            grown.copyFrom(memory);
            memory = grown;
        }
        memory.set(JAVA_LONG, size, value);
        size += Long.BYTES;
    }

    /** The number that lies so many bytes behind the first. */
    long get(long at) {
        return memory.get(JAVA_LONG, at);
    }

    /** Of what is in it now. */
    long address() {
        return memory.address();
    }
}
