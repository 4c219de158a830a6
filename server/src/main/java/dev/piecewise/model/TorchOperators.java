package dev.piecewise.model;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.djl.pytorch.jni.JniUtils;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.kernel.HeadRotation;
import dev.piecewise.kernel.Kernels;
import dev.piecewise.kernel.RowAttention;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowProducts.Matrix;
import dev.piecewise.kernel.RowProducts.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Optional;

/**
 * Operators of our own ({@link Kernels}), which the script calls like PyTorch's, as {@code ops.piecewise}. All numbers are bfloat16. They are registered once a process, as PyTorch's register
 * is.
 *
 * <p>PyTorch calls each with the address of its arguments, 64 bits each, and how many they and the results are. Tensors among them are handles that are ours to delete; a result takes the first
 * one's place. What is thrown here ends the process: nothing can go on with numbers that are missing.
 */
@SuppressWarnings("unused")
final class TorchOperators {
    private static final String NAMESPACE = "piecewise";
    private static final List<ProjectionGroup> GROUPS = List.of(ProjectionGroup.values());
    private static final Arena ALWAYS = Arena.global();
    private static final Optional<TorchOperators> REGISTERED = register();

    private final Kernels kernels;

    private TorchOperators(Kernels kernels) {
        this.kernels = kernels;
    }

    /** Whether the script may call them: not on other processors, nor where libraries lack what they need. PyTorch must have been loaded. */
    static boolean present() {
        return REGISTERED.isPresent();
    }

    /** What they call. */
    static Kernels kernels() {
        return REGISTERED.orElseThrow().kernels;
    }

    private static Optional<TorchOperators> register() {
        Optional<TorchOperators> made = Kernels.on(JniUtils.getNumThreads()).map(TorchOperators::new);
        if (made.isEmpty() || !TorchShim.present()) {
            return Optional.empty();
        }
        MemorySegment definitions = TorchShim.library(true, NAMESPACE, ALWAYS);
        MemorySegment implementations = TorchShim.library(false, NAMESPACE, ALWAYS);
        for (Operator operator : Operator.values()) {
            TorchShim.define(definitions, operator.method + operator.signature, ALWAYS);
            TorchShim.implement(implementations, operator.method, made.get().entry(operator.method), ALWAYS);
        }
        return made;
    }

    private enum Operator {
        /** x [T, in], w packed [out, in], scale [out] float32 if w is int8 (then [in, out]), else empty, bias [out] or empty, onto [T, out] or empty -> [T, out]. Rows of x and of onto may lie apart. */
        ROWS("rows", "(Tensor x, Tensor w, Tensor scale, Tensor bias, Tensor onto) -> Tensor"),
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
        GATE("gate", "(Tensor x) -> Tensor"),
        /** Where a tensor's numbers begin, 0 if it has none. */
        ADDRESS("address", "(Tensor x) -> int"),
        /** onto [T, out] or empty -> the same and what {@link StepUpdates} of number `program` add for x [T, in] in this group (of {@link ProjectionGroup}) of a layer; empty if that is nothing. */
        ADAPT("adapt", "(Tensor onto, Tensor x, int layer, int group, int outputs, int program) -> Tensor"),
        /** All layers of a batch of single tokens by {@link DecodeLayers}, which `program` is the number of: x [tokens, hidden] -> as much. */
        LAYERS(
                "layers",
                "(Tensor x, Tensor cos, Tensor sin, Tensor places, Tensor table, int items, int longest, int program) -> Tensor");

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

    private void rows(long arguments, long taken, long given) throws Throwable {
        long x = argument(arguments, 0);
        long w = argument(arguments, 1);
        int rows = size(x, 0);
        long scale = argument(arguments, 2);
        long scales = TorchShim.data(scale);
        int outputs = scales == 0 ? size(w, 0) : size(scale, 0);
        Matrix matrix =
                new Matrix(TorchShim.data(w), scales, TorchShim.data(argument(arguments, 3)), size(x, 1), outputs);
        long y = TorchShim.empty(rows, matrix.outputs(), Precision.BFLOAT16);
        kernels.products().multiply(rowsOf(x), matrix, rowsOf(argument(arguments, 4)), TorchShim.data(y), rows);
        delete(arguments, 5);
        TorchShim.write(arguments, y);
    }

    private static Rows rowsOf(long tensor) throws Throwable {
        long data = TorchShim.data(tensor);
        return data == 0 ? Rows.NONE : new Rows(data, TorchShim.stride(tensor, 0));
    }

    private void norm(long arguments, long inputs, long outputs) throws Throwable {
        long x = argument(arguments, 0);
        int rows = size(x, 0);
        int width = size(x, 1);
        long y = TorchShim.empty(rows, width, Precision.BFLOAT16);
        kernels.norms()
                .normalize(
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
        kernels.rotation()
                .place(
                        TorchShim.data(qkv),
                        TorchShim.stride(qkv, 0),
                        TorchShim.data(argument(arguments, 1)),
                        TorchShim.data(argument(arguments, 2)),
                        TorchShim.data(argument(arguments, 5)),
                        new HeadRotation.Arena(
                                TorchShim.data(keys),
                                TorchShim.data(argument(arguments, 4)),
                                TorchShim.stride(keys, 1)),
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
        kernels.attention()
                .attend(
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
        kernels.units().activate(TorchShim.data(x), TorchShim.stride(x, 0), TorchShim.data(y), rows, width);
        delete(arguments, 1);
        TorchShim.write(arguments, y);
    }

    private void address(long arguments, long inputs, long outputs) throws Throwable {
        long data = TorchShim.data(argument(arguments, 0));
        delete(arguments, 1);
        TorchShim.write(arguments, data);
    }

    private void adapt(long arguments, long inputs, long outputs) throws Throwable {
        StepUpdates updates = StepUpdates.OPEN.get(argument(arguments, 5));
        long onto = argument(arguments, 0);
        long x = argument(arguments, 1);
        int layer = number(arguments, 2);
        ProjectionGroup group = GROUPS.get(number(arguments, 3));
        if (!updates.any(layer, group)) {
            TorchShim.delete(x);
            return;
        }
        int width = number(arguments, 4);
        long y = TorchShim.empty(size(x, 0), width, Precision.BFLOAT16);
        updates.add(layer, group, rowsOf(x), rowsOf(onto), new Rows(TorchShim.data(y), width));
        delete(arguments, 2);
        TorchShim.write(arguments, y);
    }

    private void layers(long arguments, long inputs, long outputs) throws Throwable {
        long x = argument(arguments, 0);
        int tokens = size(x, 0);
        long y = TorchShim.empty(tokens, size(x, 1), Precision.BFLOAT16);
        DecodeLayers.OPEN
                .get(argument(arguments, 7))
                .run(
                        TorchShim.data(x),
                        TorchShim.data(y),
                        new DecodeLayers.Tokens(
                                tokens,
                                TorchShim.data(argument(arguments, 1)),
                                TorchShim.data(argument(arguments, 2)),
                                TorchShim.data(argument(arguments, 3)),
                                TorchShim.data(argument(arguments, 4)),
                                number(arguments, 5),
                                number(arguments, 6)));
        delete(arguments, 5);
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
