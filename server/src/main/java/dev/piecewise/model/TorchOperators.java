package dev.piecewise.model;

import ai.djl.pytorch.jni.JniUtils;
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
 * The operator {@code piecewise::rows} of our own, which the script calls like PyTorch's: y = onto + x wᵀ by {@link RowProducts}. It is registered through PyTorch's C interface
 * (torch/csrc/inductor/aoti_torch/c/shim.h), which hands arguments over as 64 bits each; once a process, as PyTorch's register is.
 */
final class TorchOperators {
    private static final String NAMESPACE = "piecewise";
    private static final String NAME = "rows";
    /** rows, inputs and outputs are those of the product; {@code onto} may be empty. */
    private static final String SCHEMA =
            NAME + "(Tensor x, Tensor w, Tensor onto, Tensor(a!) y, int rows, int inputs, int outputs) -> ()";

    private static final int TENSORS = 4;
    private static final int ARGUMENTS = 7;

    private static final boolean REGISTERED = register();

    private final RowProducts products;
    private final MethodHandle address = function("aoti_torch_get_data_ptr", ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private final MethodHandle delete = function("aoti_torch_delete_tensor_object", ValueLayout.ADDRESS);

    private TorchOperators(RowProducts products) {
        this.products = products;
    }

    /** Whether the script may call it: not on other processors, nor where libraries lack what it needs. PyTorch must have been loaded. */
    static boolean present() {
        return REGISTERED;
    }

    private static boolean register() {
        boolean callable =
                SymbolLookup.loaderLookup().find("aoti_torch_library_init_def").isPresent();
        Optional<RowProducts> products = RowProducts.on(JniUtils.getNumThreads());
        if (!callable || products.isEmpty()) {
            return false;
        }
        new TorchOperators(products.get()).define();
        return true;
    }

    @SuppressWarnings("restricted")
    private void define() {
        Arena always = Arena.global();
        MemorySegment namespace = always.allocateFrom(NAMESPACE);
        MemorySegment file = always.allocateFrom("TorchOperators.java");
        MemorySegment library = always.allocate(ValueLayout.ADDRESS);
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
            check((int) schema.invokeExact(library.get(ValueLayout.ADDRESS, 0), always.allocateFrom(SCHEMA)));
            check((int) implement.invokeExact(
                    namespace, always.allocateFrom("CompositeExplicitAutograd"), file, 0, library));
            check((int)
                    kernel.invokeExact(library.get(ValueLayout.ADDRESS, 0), always.allocateFrom(NAME), entry(always)));
        } catch (Throwable e) {
            throw new IllegalStateException("PyTorch does not take an operator", e);
        }
    }

    @SuppressWarnings("restricted")
    private MemorySegment entry(Arena always) throws ReflectiveOperationException {
        MethodHandle call = MethodHandles.lookup()
                .findVirtual(
                        TorchOperators.class,
                        "call",
                        MethodType.methodType(void.class, MemorySegment.class, long.class, long.class));
        return Linker.nativeLinker()
                .upcallStub(
                        call.bindTo(this),
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                        always);
    }

    /** Called by PyTorch, whose tensors' handles are ours to delete. What is thrown here ends the process: nothing can go on with numbers that are missing. */
    @SuppressWarnings({"restricted", "unused"})
    private void call(MemorySegment stack, long inputs, long outputs) throws Throwable {
        MemorySegment values = stack.reinterpret(ARGUMENTS * Long.BYTES);
        int rows = (int) values.getAtIndex(ValueLayout.JAVA_LONG, TENSORS);
        int in = (int) values.getAtIndex(ValueLayout.JAVA_LONG, TENSORS + 1);
        int out = (int) values.getAtIndex(ValueLayout.JAVA_LONG, TENSORS + 2);
        products.multiply(
                address(values, 0), address(values, 1), address(values, 2), address(values, 3), rows, in, out);
        for (int i = 0; i < TENSORS; i++) {
            check((int) delete.invokeExact(values.getAtIndex(ValueLayout.ADDRESS, i)));
        }
    }

    /** Comes back in the place of a number that has been read. */
    private long address(MemorySegment values, int tensor) throws Throwable {
        MemorySegment result = values.asSlice(TENSORS * Long.BYTES);
        check((int) address.invokeExact(values.getAtIndex(ValueLayout.ADDRESS, tensor), result));
        return result.get(ValueLayout.JAVA_LONG, 0);
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
