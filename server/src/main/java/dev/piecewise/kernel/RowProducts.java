package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Products of a few rows of bfloat16 with a matrix that lies as oneDNN packs it for AMX: strips of 64 outputs, in each all inputs, two by two (bfloat16) or four by four (int8). They read memory as
 * fast as it gives, and round as oneDNN's own do, bit by bit. Runs on PyTorch's OpenMP threads. Any thread may call.
 */
public final class RowProducts {
    /** Of a product. */
    public static final int MOST_ROWS = 8 * TileBlock.MOST;

    /** Inputs that oneDNN sums up at most before it adds them to what came before. */
    private static final int MOST_CHUNK = 2048;
    /** Of MXCSR: no exceptions, to the nearest, denormal numbers are zeros; as tiles have it. */
    private static final int FLOAT_CONTROL = 0x9FC0;

    static final int UPPER_HALF = 0xFFFF0000;

    private final Team team;
    private final Map<Shape, Kernel> kernels = new ConcurrentHashMap<>();
    private final ThreadLocal<Workspace> workspaces;

    RowProducts(Team team) {
        this.team = team;
        this.workspaces = ThreadLocal.withInitial(() -> new Workspace(team));
    }

    /** Whether matrices of this shape are multiplied; others lie otherwise. */
    public static boolean fit(long inputs, long outputs, boolean int8) {
        return inputs % (int8 ? Int8Kernel.BLOCK : ProductKernel.BLOCK) == 0 && outputs % StripKernel.OUTPUTS == 0;
    }

    /**
     * A packed matrix by its address, of int8 if there are scales, else of bfloat16.
     *
     * @param scales address of a float for each output, or 0
     * @param bias address of what is added to each row's products, 0 if nothing is
     */
    public record Matrix(long weights, long scales, long bias, int inputs, int outputs) {
        public boolean fit() {
            return RowProducts.fit(inputs, outputs, int8());
        }

        boolean int8() {
            return scales != 0;
        }

        long bytes() {
            return (long) inputs * outputs * (int8() ? 1 : Short.BYTES);
        }
    }

    /** Rows by the address of the first and how many values they lie apart. */
    public record Rows(long address, long stride) {
        public static final Rows NONE = new Rows(0, 0);
    }

    /**
     * y = onto + bias + x Wᵀ, bfloat16, rounded once; with a matrix of int8 as {@link Int8Kernel} has it.
     *
     * @param x one to {@link #MOST_ROWS} of them
     * @param onto as many, or {@link Rows#NONE}
     * @param y address of [rows, outputs]
     */
    public void multiply(Rows x, Matrix matrix, Rows onto, long y, int rows) {
        int inputs = matrix.inputs;
        int kind = rows <= TileBlock.MOST ? rows : TileBlock.MOST * 2 + rows % TileBlock.MOST;
        boolean int8 = matrix.int8();
        Kernel kernel = kernels.computeIfAbsent(new Shape(kind, inputs, int8), Kernel::of);
        Workspace workspace = workspaces.get();
        workspace.share(matrix.outputs / StripKernel.OUTPUTS, kernel.scratchBytes);
        MemorySegment arguments = workspace.arguments;
        arguments.set(JAVA_LONG, ProductArguments.STRIP_BYTES, matrix.bytes() / matrix.outputs * StripKernel.OUTPUTS);
        arguments.set(JAVA_LONG, ProductArguments.WEIGHTS, matrix.weights);
        arguments.set(JAVA_LONG, ProductArguments.CHUNKS, kernel.chunks);
        arguments.set(JAVA_LONG, ProductArguments.BLOCKS, inputs / ProductKernel.BLOCK / kernel.chunks);
        arguments.set(JAVA_LONG, ProductArguments.X, x.address);
        arguments.set(JAVA_LONG, ProductArguments.X_ROW_BYTES, x.stride * Short.BYTES);
        arguments.set(JAVA_LONG, ProductArguments.Y, y);
        arguments.set(JAVA_LONG, ProductArguments.Y_ROW_BYTES, (long) matrix.outputs * Short.BYTES);
        arguments.set(JAVA_LONG, ProductArguments.BIAS, matrix.bias);
        arguments.set(JAVA_LONG, ProductArguments.ONTO, onto.address);
        arguments.set(JAVA_LONG, ProductArguments.ONTO_ROW_BYTES, onto.stride * Short.BYTES);
        arguments.set(JAVA_LONG, ProductArguments.GROUPS, rows / TileBlock.MOST);
        arguments.set(JAVA_LONG, ProductArguments.ROWS, rows);
        arguments.set(JAVA_LONG, ProductArguments.WEIGHT_SUMS, matrix.weights + matrix.bytes());
        arguments.set(JAVA_LONG, ProductArguments.SCALES, matrix.scales);
        MemorySegment.copy(kernel.tiles, 0, arguments, ProductArguments.TILES, kernel.tiles.byteSize());
        team.run(kernel.code, arguments.address(), team.threads());
    }

    /** As oneDNN cuts them: into equal parts of whole blocks, as few as possible. */
    static int chunks(int inputs) {
        int chunks = Math.ceilDiv(inputs, MOST_CHUNK);
        while (inputs % (chunks * ProductKernel.BLOCK) != 0) {
            chunks++;
        }
        return chunks;
    }

    /** What code is made for; {@code kind} stands for a number of rows. */
    private record Shape(int kind, int inputs, boolean int8) {}

    private record Kernel(long code, long scratchBytes, long chunks, MemorySegment tiles) {
        static Kernel of(Shape shape) {
            int rows = shape.kind;
            StripKernel kernel = shape.int8 ? Int8Kernel.of(rows, shape.inputs) : ProductKernel.of(rows, shape.inputs);
            return new Kernel(
                    MachineCode.of(kernel.function()).address(),
                    kernel.scratchBytes(),
                    RowProducts.chunks(shape.inputs),
                    MemorySegment.ofArray(configurations(rows)));
        }
    }

    /** Of a group, and of those that groups leave. */
    private static byte[] configurations(int rows) {
        byte[] both = Arrays.copyOf(TileBlock.configuration(Math.min(rows, TileBlock.MOST)), 2 * TileShapes.BYTES);
        byte[] rest = TileBlock.configuration(rows % TileBlock.MOST);
        System.arraycopy(rest, 0, both, TileShapes.BYTES, rest.length);
        return both;
    }

    /** The arguments of a thread's calls. */
    private static final class Workspace {
        private final MemorySegment arguments;
        private final Team.Scratch scratch;
        private final int threads;

        Workspace(Team team) {
            this.threads = team.threads();
            this.scratch = team.new Scratch();
            long shares = (long) threads * ProductArguments.SHARE_BYTES;
            this.arguments = Team.arguments(ProductArguments.SHARES + shares);
            long first = arguments.address() + ProductArguments.SHARES;
            arguments.set(JAVA_LONG, ProductArguments.THREADS, threads);
            arguments.set(JAVA_LONG, ProductArguments.FIRST_SHARE, first);
            arguments.set(JAVA_LONG, ProductArguments.LAST_SHARE, first + shares);
            arguments.set(JAVA_INT, ProductArguments.UPPER_HALF, UPPER_HALF);
            arguments.set(JAVA_INT, ProductArguments.FLOAT_CONTROL, FLOAT_CONTROL);
            Int8Kernel.writeConstants(arguments);
        }

        /** Gives every thread its share of so many strips, and so many bytes. */
        void share(int strips, long bytes) {
            arguments.set(JAVA_LONG, ProductArguments.BEGAN, 0);
            for (int thread = 0; thread < threads; thread++) {
                long at = ProductArguments.SHARES + (long) thread * ProductArguments.SHARE_BYTES;
                arguments.set(JAVA_LONG, at, (long) strips * thread / threads);
                arguments.set(JAVA_LONG, at + ProductArguments.SHARE_END, (long) strips * (thread + 1) / threads);
            }
            arguments.set(JAVA_LONG, ProductArguments.SCRATCH, scratch.of(bytes));
            arguments.set(JAVA_LONG, ProductArguments.SCRATCH_BYTES, bytes);
        }
    }
}
