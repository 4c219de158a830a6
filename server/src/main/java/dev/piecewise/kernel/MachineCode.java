package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Memory that the processor runs; it stays as long as the process. */
final class MachineCode {
    /** Of sys/mman.h on Linux. */
    private static final int READ_WRITE = 3;

    private static final int READ_EXECUTE = 5;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    private static final byte[] RETURN = {(byte) 0xC3};

    private MachineCode() {}

    /** Whether the system lets this process make code. */
    static boolean allowed() {
        try {
            return of(RETURN).byteSize() == RETURN.length;
        } catch (IllegalStateException refused) {
            return false;
        }
    }

    /** Where these bytes lie from now on, to be called. Written first and made to run then: never both at once. */
    @SuppressWarnings("restricted")
    static MemorySegment of(byte[] code) {
        try {
            MemorySegment memory = (MemorySegment) Calls.MAP.invokeExact(
                    MemorySegment.NULL, (long) code.length, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (memory.address() == -1) {
                throw new IllegalStateException("no memory for " + code.length + " bytes of code");
            }
            memory = memory.reinterpret(code.length, Arena.global(), null);
            memory.copyFrom(MemorySegment.ofArray(code));
            if ((int) Calls.PROTECT.invokeExact(memory, (long) code.length, READ_EXECUTE) != 0) {
                throw new IllegalStateException("this system lets no program make code");
            }
            return memory;
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mmap and mprotect do not take these numbers", e);
        }
    }

    private static final class Calls {
        static final MethodHandle MAP = function(
                "mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
        static final MethodHandle PROTECT =
                function("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

        @SuppressWarnings("restricted")
        private static MethodHandle function(String name, FunctionDescriptor type) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
        }
    }
}
