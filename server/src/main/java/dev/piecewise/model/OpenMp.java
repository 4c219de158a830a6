package dev.piecewise.model;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The threads of PyTorch's OpenMP (libgomp). Every thread that computes gets helpers of its own, which it keeps; while all together are more than the cores, libgomp lets none of
 * them wait awake for the next piece of work ({@code GOMP_SPINCOUNT}), and waking them costs a step a tenth of its time and more. So only the thread that runs steps
 * keeps its helpers, and only while there are steps to run.
 */
final class OpenMp {
    /** Of omp.h. */
    private static final int PAUSE_HARD = 2;

    private static final @Nullable MethodHandle PAUSE = pause();
    private static final ThreadLocal<Boolean> KEEPS = ThreadLocal.withInitial(() -> false);

    private OpenMp() {}

    /** From now on only {@link #rest} and {@link #letGo} end the current thread's helpers. */
    static void keep() {
        KEEPS.set(true);
    }

    /** The opposite of {@link #keep}. */
    static void letGo() {
        KEEPS.set(false);
        rest();
    }

    /** Ends the helpers that the current thread got, unless it keeps them. PyTorch must have been loaded. */
    static void release() {
        if (!KEEPS.get()) {
            rest();
        }
    }

    /** Ends the helpers that the current thread got; it gets new ones when it computes. */
    static void rest() {
        if (PAUSE == null) {
            return;
        }
        try {
            int _ = (int) PAUSE.invokeExact(PAUSE_HARD);
        } catch (Throwable e) {
            throw new IllegalStateException("omp_pause_resource_all does not take a number", e);
        }
    }

    @SuppressWarnings("restricted")
    private static @Nullable MethodHandle pause() {
        Optional<MemorySegment> function = SymbolLookup.loaderLookup().find("omp_pause_resource_all");
        return function.map(address -> Linker.nativeLinker()
                        .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)))
                .orElse(null);
    }
}
