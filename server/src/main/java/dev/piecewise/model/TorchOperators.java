package dev.piecewise.model;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.djl.pytorch.jni.JniUtils;
import dev.piecewise.kernel.RowAttention;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * Operators of our own, which the script calls like PyTorch's: {@code piecewise::rows}, y = onto + x wᵀ by {@link RowProducts}, and {@code piecewise::attend} by {@link RowAttention}. They are
 * registered through PyTorch's C interface (torch/csrc/inductor/aoti_torch/c/shim.h), which hands arguments over as 64 bits each; once a process, as PyTorch's register is.
 */
final class TorchOperators {
    private static final String NAMESPACE = "piecewise";
    /** rows, inputs and outputs are those of the product; {@code onto} may be empty. */
    private static final String ROWS =
            "rows(Tensor x, Tensor w, Tensor onto, Tensor(a!) y, int rows, int inputs, int outputs) -> ()";

    /** {@code table}: items as {@link RowAttention.Table} has them. */
    private static final String ATTEND =
            "attend(Tensor q, Tensor keys, Tensor values, Tensor table, Tensor(a!) y, int items, int heads, int kv_heads, int dim, int window, int longest) -> ()";

    private static final Arena ALWAYS = Arena.global();
    private static final MemorySegment MEMORY = memory();
    private static final boolean PRESENT = register();

    private final RowProducts products;
    private final RowAttention attention;

    private TorchOperators(RowProducts products, RowAttention attention) {
        this.products = products;
        this.attention = attention;
    }

    /** Whether the script may call them: not on other processors, nor where libraries lack what they need. PyTorch must have been loaded. */
    static boolean present() {
        return PRESENT;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment memory() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    private static boolean register() {
        boolean callable =
                SymbolLookup.loaderLookup().find("aoti_torch_library_init_def").isPresent();
        int threads = JniUtils.getNumThreads();
        Optional<RowProducts> products = RowProducts.on(threads);
        Optional<RowAttention> attention = RowAttention.on(threads);
        if (!callable || products.isEmpty() || attention.isEmpty()) {
            return false;
        }
        new TorchOperators(products.get(), attention.get()).define();
        return true;
    }

    @SuppressWarnings("restricted")
    private void define() {
        MemorySegment namespace = ALWAYS.allocateFrom(NAMESPACE);
        MemorySegment file = ALWAYS.allocateFrom("TorchOperators.java");
        MemorySegment library = ALWAYS.allocate(ADDRESS);
        MethodHandle define = function("aoti_torch_library_init_def", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
        MethodHandle schema = function("aoti_torch_library_def", ADDRESS, ADDRESS);
        MethodHandle implement = function("aoti_torch_library_init_impl", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
        MethodHandle kernel = function("aoti_torch_library_impl", ADDRESS, ADDRESS, ADDRESS);
        try {
            check((int) define.invokeExact(namespace, file, 0, library));
            MemorySegment definitions = library.get(ADDRESS, 0);
            check((int) schema.invokeExact(definitions, ALWAYS.allocateFrom(ROWS)));
            check((int) schema.invokeExact(definitions, ALWAYS.allocateFrom(ATTEND)));
            check((int) implement.invokeExact(
                    namespace, ALWAYS.allocateFrom("CompositeExplicitAutograd"), file, 0, library));
            MemorySegment implementations = library.get(ADDRESS, 0);
            check((int) kernel.invokeExact(implementations, ALWAYS.allocateFrom("rows"), entry("rows")));
            check((int) kernel.invokeExact(implementations, ALWAYS.allocateFrom("attend"), entry("attend")));
        } catch (Throwable e) {
            throw new IllegalStateException("PyTorch does not take an operator", e);
        }
    }

    /** Where PyTorch calls the method of this name. */
    @SuppressWarnings("restricted")
    private MemorySegment entry(String method) throws ReflectiveOperationException {
        MethodType type = MethodType.methodType(void.class, long.class, long.class, long.class);
        return Linker.nativeLinker()
                .upcallStub(
                        MethodHandles.lookup()
                                .findVirtual(TorchOperators.class, method, type)
                                .bindTo(this),
                        FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG),
                        ALWAYS);
    }

    /**
     * Called by PyTorch with the address of the arguments and how many they and the results are, as {@link #attend}. What is thrown here ends the process: nothing can go on with numbers that
     * are missing. Numbers instead of memory segments, because a step has hundreds of these calls and is to leave no garbage.
     */
    @SuppressWarnings("unused")
    private void rows(long arguments, long inputs, long outputs) throws Throwable {
        long spare = arguments + (inputs - 1) * Long.BYTES;
        int rows = number(arguments, 4);
        int in = number(arguments, 5);
        int out = number(arguments, 6);
        products.multiply(
                data(arguments, 0, spare),
                data(arguments, 1, spare),
                data(arguments, 2, spare),
                data(arguments, 3, spare),
                rows,
                in,
                out);
        delete(arguments, 4);
    }

    @SuppressWarnings("unused")
    private void attend(long arguments, long inputs, long outputs) throws Throwable {
        long spare = arguments + (inputs - 1) * Long.BYTES;
        int items = number(arguments, 5);
        Heads heads = new Heads(number(arguments, 6), number(arguments, 7), number(arguments, 8));
        long window = number(arguments, 9);
        long longest = number(arguments, 10);
        attention.attend(
                data(arguments, 0, spare),
                data(arguments, 1, spare),
                data(arguments, 2, spare),
                data(arguments, 4, spare),
                data(arguments, 3, spare),
                items,
                heads,
                window,
                longest);
        delete(arguments, 5);
    }

    private static int number(long arguments, int at) {
        return (int) MEMORY.get(JAVA_LONG, arguments + at * (long) Long.BYTES);
    }

    /** Where a tensor's numbers begin; PyTorch writes it to {@code spare}, where a number was that has been read. */
    private long data(long arguments, int tensor, long spare) throws Throwable {
        check((int) Functions.DATA.invokeExact(MEMORY.get(JAVA_LONG, arguments + tensor * (long) Long.BYTES), spare));
        return MEMORY.get(JAVA_LONG, spare);
    }

    /** The handles of the tensors, which come first, are ours to delete. */
    private void delete(long arguments, int tensors) throws Throwable {
        for (int i = 0; i < tensors; i++) {
            check((int) Functions.DELETE.invokeExact(MEMORY.get(JAVA_LONG, arguments + i * (long) Long.BYTES)));
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /** Constants, because calls by handles that could change make garbage. */
    private static final class Functions {
        static final MethodHandle DATA = function("aoti_torch_get_data_ptr", JAVA_LONG, JAVA_LONG);
        static final MethodHandle DELETE = function("aoti_torch_delete_tensor_object", JAVA_LONG);
    }

    private static void check(int code) {
        if (code != 0) {
            throw new IllegalStateException("PyTorch's C interface says " + code);
        }
    }
}
