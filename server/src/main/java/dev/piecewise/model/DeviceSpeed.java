package dev.piecewise.model;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.function.Supplier;

/** What a model's device gives at most, measured with PyTorch's own kernels on as many threads. One thread at a time, and not while steps run. */
public final class DeviceSpeed implements AutoCloseable {
    private static final long HOST_BYTES = 256L << 20;
    private static final long GPU_BYTES = 1L << 30;
    private static final int HOST_SIDE = 2048;
    private static final int GPU_SIDE = 8192;
    private static final int GPU_TIMES = 20;
    private static final int HOST_TIMES = 2;

    private final BaseModel base;
    private final PtNDArray memory;
    private final int side;
    private final int times;

    public DeviceSpeed(BaseModel base) {
        this.base = base;
        this.side = base.onHost() ? HOST_SIDE : GPU_SIDE;
        this.times = base.onHost() ? HOST_TIMES : GPU_TIMES;
        this.memory = base.zeros(Precision.FLOAT32, (base.onHost() ? HOST_BYTES : GPU_BYTES) / Float.BYTES);
    }

    /** Bytes of the device's memory that this holds. */
    public long bytes() {
        return memory.getShape().size() * Float.BYTES;
    }

    /** Bytes a second that a reduction of memory larger than any cache reads. */
    public double bytesPerSecond() {
        return bytes()
                * (double) times
                / seconds(() -> base.script().call("read_vector").tensor(memory).number(times));
    }

    /** Multiplications and additions a second of square products with a linear layer of the model's precision (int8: of bfloat16), laid out as the model's. */
    public double operationsPerSecond() {
        // Zeros would cost a GPU less power, and so be faster.
        try (PtNDArray x = random();
                PtNDArray w = weight()) {
            double seconds = seconds(() -> base.script()
                    .call("square_products")
                    .tensor(x)
                    .tensor(w)
                    .number(base.fewestRows())
                    .number(times));
            return 2. * side * side * side * times / seconds;
        }
    }

    /** Seconds that a step's products of so many rows with the base's matrices take, the head's of {@code lastRows}, and nothing else. */
    public double productSeconds(int rows, int lastRows) {
        return seconds(() -> base.script()
                .call("base_products")
                .with(base.weights())
                .with(base.shape())
                .number(rows)
                .number(lastRows));
    }

    /** Of the second of two calls, with the threads that the first one started. */
    private static double seconds(Supplier<ScriptCall> call) {
        OpenMp.keep();
        try {
            float[] _ = call.get().floats();
            long start = System.nanoTime();
            float[] _ = call.get().floats();
            return (System.nanoTime() - start) * 1e-9;
        } finally {
            OpenMp.letGo();
        }
    }

    /** Laid out as the model's linear layers. */
    private PtNDArray weight() {
        PtNDArray dense = random();
        if (!base.packed()) {
            return dense;
        }
        try (dense) {
            return base.script().call("pack").tensor(dense).number(side).keep();
        }
    }

    private PtNDArray random() {
        return new RandomWeights(base.script(), base.precision(), 1)
                .tensor(base.script().manager(), "x", side, side);
    }

    @Override
    public void close() {
        memory.close();
    }
}
