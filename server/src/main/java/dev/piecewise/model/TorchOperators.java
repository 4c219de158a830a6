package dev.piecewise.model;

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
import java.lang.foreign.ValueLayout;
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
    private static final boolean PRESENT = register();

    private final RowProducts products;
    private final RowAttention attention;
    private final MethodHandle address = function("aoti_torch_get_data_ptr", ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private final MethodHandle delete = function("aoti_torch_delete_tensor_object", ValueLayout.ADDRESS);

    private TorchOperators(RowProducts products, RowAttention attention) {
        this.products = products;
        this.attention = attention;
    }

    /** Whether the script may call them: not on other processors, nor where libraries lack what they need. PyTorch must have been loaded. */
    static boolean present() {
        return PRESENT;
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
        MemorySegment library = ALWAYS.allocate(ValueLayout.ADDRESS);
        MethodHandle define = function(
                "aoti_torch_library_init_def",
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        MethodHandle schema = function("aoti_torch_library_def", ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        MethodHandle implement = function(
                "aoti_torch_library_init_impl",
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        MethodHandle kernel =
                function("aoti_torch_library_impl", ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        try {
            check((int) define.invokeExact(namespace, file, 0, library));
            MemorySegment definitions = library.get(ValueLayout.ADDRESS, 0);
            check((int) schema.invokeExact(definitions, ALWAYS.allocateFrom(ROWS)));
            check((int) schema.invokeExact(definitions, ALWAYS.allocateFrom(ATTEND)));
            check((int) implement.invokeExact(
                    namespace, ALWAYS.allocateFrom("CompositeExplicitAutograd"), file, 0, library));
            MemorySegment implementations = library.get(ValueLayout.ADDRESS, 0);
            check((int) kernel.invokeExact(implementations, ALWAYS.allocateFrom("rows"), entry("rows")));
            check((int) kernel.invokeExact(implementations, ALWAYS.allocateFrom("attend"), entry("attend")));
        } catch (Throwable e) {
            throw new IllegalStateException("PyTorch does not take an operator", e);
        }
    }

    /** Where PyTorch calls the method of this name. */
    @SuppressWarnings("restricted")
    private MemorySegment entry(String method) throws ReflectiveOperationException {
        MethodType type = MethodType.methodType(void.class, MemorySegment.class, long.class, long.class);
        return Linker.nativeLinker()
                .upcallStub(
                        MethodHandles.lookup()
                                .findVirtual(TorchOperators.class, method, type)
                                .bindTo(this),
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                        ALWAYS);
    }

    /** Called by PyTorch, as {@link #attend}. What is thrown here ends the process: nothing can go on with numbers that are missing. */
    @SuppressWarnings("unused")
    private void rows(MemorySegment stack, long inputs, long outputs) throws Throwable {
        MemorySegment values = arguments(stack, inputs);
        int rows = number(values, 4);
        int in = number(values, 5);
        int out = number(values, 6);
        products.multiply(
                address(values, 0), address(values, 1), address(values, 2), address(values, 3), rows, in, out);
        delete(values, 4);
    }

    @SuppressWarnings("unused")
    private void attend(MemorySegment stack, long inputs, long outputs) throws Throwable {
        MemorySegment values = arguments(stack, inputs);
        int items = number(values, 5);
        Heads heads = new Heads(number(values, 6), number(values, 7), number(values, 8));
        long window = number(values, 9);
        long longest = number(values, 10);
        attention.attend(
                address(values, 0),
                address(values, 1),
                address(values, 2),
                address(values, 4),
                address(values, 3),
                items,
                heads,
                window,
                longest);
        delete(values, 5);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment arguments(MemorySegment stack, long count) {
        return stack.reinterpret(count * Long.BYTES);
    }

    private static int number(MemorySegment values, int at) {
        return (int) values.getAtIndex(ValueLayout.JAVA_LONG, at);
    }

    /** Comes back in the place of the last number, which has been read. */
    private long address(MemorySegment values, int tensor) throws Throwable {
        MemorySegment result = values.asSlice(values.byteSize() - Long.BYTES);
        check((int) address.invokeExact(values.getAtIndex(ValueLayout.ADDRESS, tensor), result));
        return result.get(ValueLayout.JAVA_LONG, 0);
    }

    /** The handles of the tensors, which come first, are ours to delete. */
    private void delete(MemorySegment values, int tensors) throws Throwable {
        for (int i = 0; i < tensors; i++) {
            check((int) delete.invokeExact(values.getAtIndex(ValueLayout.ADDRESS, i)));
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup().findOrThrow(name),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    private static void check(int code) {
        if (code != 0) {
            throw new IllegalStateException("PyTorch's C interface says " + code);
        }
    }
}
