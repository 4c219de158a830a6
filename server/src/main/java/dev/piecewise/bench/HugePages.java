package dev.piecewise.bench;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Optional;

/** Memory in pages of 2 MiB, as PyTorch asks for the weights', where Linux (6.1 and later) gives them. */
final class HugePages {
    static final long BYTES = 2L << 20;

    /** Arena.allocate has written zeros into the memory by then, so advice for pages to come would be too late. */
    private static final int MADV_COLLAPSE = 25;

    private HugePages() {}

    /** Gathers memory that is in use into huge pages and returns it; what the system does not grant stays as it was. */
    @SuppressWarnings("restricted")
    static MemorySegment gather(MemorySegment memory) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> function = linker.defaultLookup().find("madvise");
        if (function.isEmpty()
                || !System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            return memory;
        }
        FunctionDescriptor signature = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        try {
            int _ = (int) linker.downcallHandle(function.get(), signature)
                    .invokeExact(memory, memory.byteSize(), MADV_COLLAPSE);
            return memory;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise does not take an address, a length and an advice", e);
        }
    }
}
