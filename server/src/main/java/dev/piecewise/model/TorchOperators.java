package dev.piecewise.model;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.djl.pytorch.jni.JniUtils;
import dev.piecewise.kernel.GatedUnits;
import dev.piecewise.kernel.HeadRotation;
import dev.piecewise.kernel.RowAttention;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowNorm;
import dev.piecewise.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * Operators of our own, which the script calls like PyTorch's: {@code piecewise::rows}, onto + x wᵀ by {@link RowProducts}; {@code norm} by {@link RowNorm}; {@code place} by {@link HeadRotation};
 * {@code attend} by {@link RowAttention}; {@code gate} by {@link GatedUnits}. All numbers are bfloat16. They are registered once a process, as PyTorch's register is.
 *
 * <p>PyTorch calls each with the address of its arguments, 64 bits each, and how many they and the results are. Tensors among them are handles that are ours to delete; a result takes the first
 * one's place. What is thrown here ends the process: nothing can go on with numbers that are missing.
 */
@SuppressWarnings("unused")
final class TorchOperators {
    private static final String NAMESPACE = "piecewise";
    private static final Arena ALWAYS = Arena.global();
    private static final boolean PRESENT = register();

    private final RowProducts products;
    private final RowNorm norms;
    private final HeadRotation rotation;
    private final RowAttention attention;
    private final GatedUnits units;

    private TorchOperators(int threads) {
        products = RowProducts.on(threads).orElseThrow();
        norms = RowNorm.on(threads).orElseThrow();
        rotation = HeadRotation.on(threads).orElseThrow();
        attention = RowAttention.on(threads).orElseThrow();
        units = GatedUnits.on(threads).orElseThrow();
    }

    /** Whether the script may call them: not on other processors, nor where libraries lack what they need. PyTorch must have been loaded. */
    static boolean present() {
        return PRESENT;
    }

    private static boolean register() {
        int threads = JniUtils.getNumThreads();
        if (!TorchShim.present() || RowProducts.on(threads).isEmpty()) {
            return false;
        }
        TorchOperators operators = new TorchOperators(threads);
        MemorySegment definitions = TorchShim.library(true, NAMESPACE, ALWAYS);
        MemorySegment implementations = TorchShim.library(false, NAMESPACE, ALWAYS);
        for (Operator operator : Operator.values()) {
            TorchShim.define(definitions, operator.method + operator.signature, ALWAYS);
            TorchShim.implement(implementations, operator.method, operators.entry(operator.method), ALWAYS);
        }
        return true;
    }

    private enum Operator {
        /** x [T, in], w packed [out, in], onto [T, out] or empty -> [T, out]. Rows of x and of onto may lie apart. */
        ROWS("rows", "(Tensor x, Tensor w, Tensor onto) -> Tensor"),
        /** x [T, width], gain [width], eps [1] float32 -> [T, width]. */
        NORM("norm", "(Tensor x, Tensor gain, Tensor eps) -> Tensor"),
        /**
         * qkv [T, (heads + 2 kv_heads) head_dim], cosines and sines [T, 1, head_dim], keys and values [places, kv_heads, head_dim], heads first in memory, places [T], gains [head_dim] or empty,
         * eps [1] float32.
         */
        PLACE(
                "place",
                "(Tensor(a!) qkv, Tensor cos, Tensor sin, Tensor(b!) keys, Tensor(c!) values, Tensor places, Tensor q_gain, Tensor k_gain, Tensor eps, int heads) -> ()"),
        /** qkv as {@link #PLACE} leaves it; table: {@code items} as {@link RowAttention.Table} has them -> [tokens, heads * head_dim]. */
        ATTEND(
                "attend",
                "(Tensor qkv, Tensor keys, Tensor values, Tensor table, int items, int tokens, int heads, int window, int longest) -> Tensor"),
        /** x [T, 2 * units] -> [T, units]. */
        GATE("gate", "(Tensor x) -> Tensor");

        private final String method;
        private final String signature;

        Operator(String method, String signature) {
            this.method = method;
            this.signature = signature;
        }
    }

    /** Where PyTorch calls the method of this name. */
    @SuppressWarnings("restricted")
    private MemorySegment entry(String method) {
        MethodType type = MethodType.methodType(void.class, long.class, long.class, long.class);
        try {
            return Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.lookup()
                                    .findVirtual(TorchOperators.class, method, type)
                                    .bindTo(this),
                            FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG),
                            ALWAYS);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(method, e);
        }
    }

    private void rows(long arguments, long inputs, long outputs) throws Throwable {
        long x = argument(arguments, 0);
        long w = argument(arguments, 1);
        long onto = TorchShim.data(argument(arguments, 2));
        int rows = size(x, 0);
        int in = size(x, 1);
        int out = size(w, 0);
        long y = TorchShim.empty(rows, out, Precision.BFLOAT16);
        long ontoStride = onto == 0 ? 0 : TorchShim.stride(argument(arguments, 2), 0);
        products.multiply(
                TorchShim.data(x), TorchShim.stride(x, 0), TorchShim.data(w), onto, ontoStride, TorchShim.data(y), rows, in, out);
        delete(arguments, 3);
        TorchShim.write(arguments, y);
    }

    private void norm(long arguments, long inputs, long outputs) throws Throwable {
        long x = argument(arguments, 0);
        int rows = size(x, 0);
        int width = size(x, 1);
        long y = TorchShim.empty(rows, width, Precision.BFLOAT16);
        norms.normalize(
                TorchShim.data(x),
                TorchShim.stride(x, 0),
                TorchShim.data(argument(arguments, 1)),
                TorchShim.data(y),
                rows,
                width,
                TorchShim.readFloat(TorchShim.data(argument(arguments, 2))));
        delete(arguments, 3);
        TorchShim.write(arguments, y);
    }

    private void place(long arguments, long inputs, long outputs) throws Throwable {
        long qkv = argument(arguments, 0);
        long keys = argument(arguments, 3);
        Heads heads = new Heads(number(arguments, 9), size(keys, 1), size(keys, 2));
        float eps = TorchShim.readFloat(TorchShim.data(argument(arguments, 8)));
        rotation.place(
                TorchShim.data(qkv),
                TorchShim.stride(qkv, 0),
                TorchShim.data(argument(arguments, 1)),
                TorchShim.data(argument(arguments, 2)),
                TorchShim.data(argument(arguments, 5)),
                new HeadRotation.Arena(
                        TorchShim.data(keys), TorchShim.data(argument(arguments, 4)), TorchShim.stride(keys, 1)),
                new HeadRotation.Gains(
                        TorchShim.data(argument(arguments, 6)), TorchShim.data(argument(arguments, 7)), eps),
                size(qkv, 0),
                heads);
        delete(arguments, 9);
    }

    private void attend(long arguments, long inputs, long outputs) throws Throwable {
        long keys = argument(arguments, 1);
        int tokens = number(arguments, 5);
        Heads heads = new Heads(number(arguments, 6), size(keys, 1), size(keys, 2));
        long y = TorchShim.empty(tokens, (long) heads.all() * heads.dim(), Precision.BFLOAT16);
        attention.attend(
                TorchShim.data(argument(arguments, 0)),
                TorchShim.data(keys),
                TorchShim.data(argument(arguments, 2)),
                TorchShim.data(y),
                TorchShim.data(argument(arguments, 3)),
                number(arguments, 4),
                heads,
                number(arguments, 7),
                number(arguments, 8));
        delete(arguments, 4);
        TorchShim.write(arguments, y);
    }

    private void gate(long arguments, long inputs, long outputs) throws Throwable {
        long x = argument(arguments, 0);
        int rows = size(x, 0);
        int width = size(x, 1) / 2;
        long y = TorchShim.empty(rows, width, Precision.BFLOAT16);
        units.activate(TorchShim.data(x), TorchShim.stride(x, 0), TorchShim.data(y), rows, width);
        delete(arguments, 1);
        TorchShim.write(arguments, y);
    }

    private static long argument(long arguments, int at) {
        return TorchShim.read(arguments + at * (long) Long.BYTES);
    }

    private static int number(long arguments, int at) {
        return (int) argument(arguments, at);
    }

    private static int size(long tensor, int dimension) throws Throwable {
        return (int) TorchShim.size(tensor, dimension);
    }

    private static void delete(long arguments, int tensors) throws Throwable {
        for (int i = 0; i < tensors; i++) {
            TorchShim.delete(argument(arguments, i));
        }
    }
}
