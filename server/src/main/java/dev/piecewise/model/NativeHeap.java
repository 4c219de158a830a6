package dev.piecewise.model;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** The C library's heap, from which PyTorch takes its tensors. */
final class NativeHeap {
    private NativeHeap() {}

    /** Gives back what loading left free: glibc keeps freed blocks of up to 32 MB otherwise. Does nothing where there is no {@code malloc_trim}. */
    @SuppressWarnings("restricted")
    static void trim() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> function = linker.defaultLookup().find("malloc_trim");
        if (function.isEmpty()) {
            return;
        }
        try {
            int _ = (int) linker.downcallHandle(
                            function.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG))
                    .invokeExact(0L);
        } catch (Throwable e) {
            throw new IllegalStateException("malloc_trim does not take a number", e);
        }
    }
}
