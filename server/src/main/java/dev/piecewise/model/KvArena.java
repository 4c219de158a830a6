package dev.piecewise.model;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.error.ServingException;
import dev.piecewise.kernel.RowAttention;

/** Keys and values of all sequences: per layer two tensors of shape (places, KV heads, head dimension). In memory, heads come first where single tokens attend by kernels of our own. */
final class KvArena implements AutoCloseable {
    private final TorchScript script;
    private final PtNDArray[] arrays;
    private final IValue tensors;
    private final int headDim;
    private final int width;
    private final int places;

    /** INVALID_REQUEST with param {@code engine.kv-places} when the device has not that much memory. */
    KvArena(BaseModel base, int places) {
        ModelConfig config = base.config();
        this.places = places + (base.runsOwnKernels() ? RowAttention.SPARE_PLACES : 0);
        arrays = new PtNDArray[2 * config.layers()];
        headDim = config.headDim();
        width = config.kvHeads() * config.headDim();
        long bytes = (long) this.places * width * base.precision().bytes() * arrays.length;
        try {
            for (int i = 0; i < arrays.length; i++) {
                arrays[i] = zeros(base, config);
            }
        } catch (EngineException e) {
            throw ServingException.invalid(
                    "engine.kv-places",
                    "engine.kv-places: there is no memory for %d KV places of %,d bytes".formatted(places, bytes));
        }
        script = base.script();
        tensors = IValue.listFrom(arrays);
    }

    private PtNDArray zeros(BaseModel base, ModelConfig config) {
        if (!base.runsOwnKernels()) {
            return base.zeros(places, config.kvHeads(), config.headDim());
        }
        try (PtNDArray headsFirst = base.zeros(config.kvHeads(), places, config.headDim())) {
            return headsFirst.transpose(1, 0, 2);
        }
    }

    /** Places of a head, with those that nobody owns. */
    int places() {
        return places;
    }

    /** Values of one place's keys in one layer. */
    int width() {
        return width;
    }

    /** Values from a head to the next, where heads come first in memory. */
    long headStride() {
        return (long) places * headDim;
    }

    IValue tensors() {
        return tensors;
    }

    /** Copies places; the ranges may overlap. */
    void copy(int from, int to, int length) {
        script.call("copy_places")
                .with(tensors)
                .number(from)
                .number(to)
                .number(length)
                .run();
    }

    @Override
    public void close() {
        tensors.close();
        for (PtNDArray array : arrays) {
            array.close();
        }
    }
}
