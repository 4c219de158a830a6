package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** PyTorch's OpenMP threads, which run a kernel together: the caller's and its helpers. Any thread may call. */
final class Team {
    /** Linux gives tiles to processes that ask for them: arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA). */
    private static final long ARCH_PRCTL = 158;

    private static final long REQUEST = 0x1023;
    private static final long TILE_DATA = 18;

    /** Numbers that a thread handles in a few microseconds. */
    private static final long WORTH = 16 * 1024;

    private static final String PARALLEL = "GOMP_parallel";

    private final int threads;

    private Team(int threads) {
        this.threads = threads;
    }

    /** So many threads, where this machine has AMX, the system allows it, and libgomp was loaded. */
    static Optional<Team> of(int threads) {
        boolean possible = SymbolLookup.loaderLookup().find(PARALLEL).isPresent()
                && Cpu.has("amx_bf16", "amx_int8", "avx512f", "avx512_bf16", "avx512_vnni")
                && tilesAllowed()
                && MachineCode.allowed();
        return possible ? Optional.of(new Team(threads)) : Optional.empty();
    }

    int threads() {
        return threads;
    }

    /** How many of them share work on so many numbers: one alone where that takes less time than waking others up. */
    int threadsFor(long numbers) {
        return Math.clamp(numbers / WORTH, 1, threads);
    }

    /** So many threads call the kernel, by its address, with the address of these arguments once. */
    void run(long kernel, long arguments, int threads) {
        try {
            LibGomp.PARALLEL.invokeExact(kernel, arguments, threads, 0);
        } catch (Throwable e) {
            throw new IllegalStateException("libgomp does not take a function", e);
        }
    }

    /** Memory for a kernel's arguments, filled with zeros. */
    static MemorySegment arguments(long bytes) {
        return Arena.ofAuto().allocate(bytes, Assembler.LINE);
    }

    private static boolean tilesAllowed() {
        Optional<MemorySegment> call = Linker.nativeLinker().defaultLookup().find("syscall");
        if (call.isEmpty()) {
            return false;
        }
        try {
            return (long) downcall(call.get(), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG))
                            .invokeExact(ARCH_PRCTL, REQUEST, TILE_DATA)
                    == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("syscall does not take numbers", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle downcall(MemorySegment function, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(function, type);
    }

    /** A constant, because calls by a handle that could change make garbage. */
    private static final class LibGomp {
        static final MethodHandle PARALLEL = downcall(
                SymbolLookup.loaderLookup().findOrThrow(Team.PARALLEL),
                FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
    }

    /** Memory of a team's threads, as much as was ever needed and up to twice that, since contexts grow by a token a step. Confined to one thread. */
    final class Scratch {
        private MemorySegment memory = MemorySegment.NULL;

        /** The address of so many bytes for each thread, side by side. */
        long of(long bytes) {
            if (memory.byteSize() < bytes * threads) {
                long size = Math.max(bytes * threads, 2 * memory.byteSize());
                memory = Arena.ofAuto().allocate(size, Assembler.LINE);
            }
            return memory.address();
        }
    }
}
