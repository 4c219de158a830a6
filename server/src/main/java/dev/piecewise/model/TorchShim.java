package dev.piecewise.model;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * PyTorch's C interface (torch/csrc/inductor/aoti_torch/c/shim.h), as operators of our own need it. Tensors are handles of 64 bits; addresses are numbers instead of memory segments, because a step
 * has hundreds of these calls and is to leave no garbage. Any thread may call.
 */
final class TorchShim {
    private static final MemorySegment MEMORY = memory();
    /** Of a thread's results: what comes back, and sizes and strides that go there. */
    private static final int SIZES = 8;

    private static final int STRIDES = 24;
    private static final int BYTES = 40;
    private static final ThreadLocal<MemorySegment> RESULTS =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BYTES, Long.BYTES));

    private TorchShim() {}

    /** Whether the PyTorch that was loaded has it. */
    static boolean present() {
        return SymbolLookup.loaderLookup().find("aoti_torch_library_init_def").isPresent();
    }

    /** A library of operators in this namespace: one that says what there is, or one that has it. */
    static MemorySegment library(boolean definitions, String namespace, Arena arena) {
        MemorySegment library = arena.allocate(ADDRESS);
        MemorySegment name = arena.allocateFrom(namespace);
        MemorySegment file = arena.allocateFrom("TorchOperators.java");
        try {
            if (definitions) {
                check((int) function("aoti_torch_library_init_def", ADDRESS, ADDRESS, JAVA_INT, ADDRESS)
                        .invokeExact(name, file, 0, library));
            } else {
                check((int) function("aoti_torch_library_init_impl", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS)
                        .invokeExact(name, arena.allocateFrom("CompositeExplicitAutograd"), file, 0, library));
            }
        } catch (Throwable e) {
            throw failed(e);
        }
        return library.get(ADDRESS, 0);
    }

    static void define(MemorySegment definitions, String schema, Arena arena) {
        try {
            check((int) function("aoti_torch_library_def", ADDRESS, ADDRESS)
                    .invokeExact(definitions, arena.allocateFrom(schema)));
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static void implement(MemorySegment implementations, String name, MemorySegment function, Arena arena) {
        try {
            check((int) function("aoti_torch_library_impl", ADDRESS, ADDRESS, ADDRESS)
                    .invokeExact(implementations, arena.allocateFrom(name), function));
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** The 64 bits at an address. */
    static long read(long address) {
        return MEMORY.get(JAVA_LONG, address);
    }

    static float readFloat(long address) {
        return Float.intBitsToFloat(MEMORY.get(JAVA_INT, address));
    }

    static void write(long address, long value) {
        MEMORY.set(JAVA_LONG, address, value);
    }

    /** Where a tensor's numbers begin; 0 if it has none. */
    static long data(long tensor) throws Throwable {
        long result = RESULTS.get().address();
        check((int) Functions.DATA.invokeExact(tensor, result));
        return read(result);
    }

    static long size(long tensor, long dimension) throws Throwable {
        long result = RESULTS.get().address();
        check((int) Functions.SIZE.invokeExact(tensor, dimension, result));
        return read(result);
    }

    static long stride(long tensor, long dimension) throws Throwable {
        long result = RESULTS.get().address();
        check((int) Functions.STRIDE.invokeExact(tensor, dimension, result));
        return read(result);
    }

    /** A tensor on the host of this shape, which may hold anything. */
    static long empty(long rows, long columns, Precision precision) throws Throwable {
        long result = RESULTS.get().address();
        write(result + SIZES, rows);
        write(result + SIZES + Long.BYTES, columns);
        write(result + STRIDES, columns);
        write(result + STRIDES + Long.BYTES, 1);
        check((int) Functions.EMPTY.invokeExact(2L, result + SIZES, result + STRIDES, precision.code(), 0, -1, result));
        return read(result);
    }

    static void delete(long tensor) throws Throwable {
        check((int) Functions.DELETE.invokeExact(tensor));
    }

    @SuppressWarnings("restricted")
    private static MemorySegment memory() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private static void check(int code) {
        if (code != 0) {
            throw new IllegalStateException("PyTorch's C interface says " + code);
        }
    }

    private static RuntimeException failed(Throwable e) {
        return e instanceof RuntimeException failure
                ? failure
                : new IllegalStateException("PyTorch's C interface does not take these arguments", e);
    }

    /** Constants, because calls by handles that could change make garbage. */
    private static final class Functions {
        static final MethodHandle DATA = function("aoti_torch_get_data_ptr", JAVA_LONG, JAVA_LONG);
        static final MethodHandle SIZE = function("aoti_torch_get_size", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        static final MethodHandle STRIDE = function("aoti_torch_get_stride", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        static final MethodHandle EMPTY = function(
                "aoti_torch_empty_strided", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
        static final MethodHandle DELETE = function("aoti_torch_delete_tensor_object", JAVA_LONG);
    }
}
