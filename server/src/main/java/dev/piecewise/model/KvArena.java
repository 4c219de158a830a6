package dev.piecewise.model;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.error.ServingException;

/** Keys and values of all sequences: per layer two tensors of shape (places, KV heads, head dimension). */
final class KvArena implements AutoCloseable {
    private final TorchScript script;
    private final PtNDArray[] arrays;
    private final IValue tensors;
    private final int width;

    /** INVALID_REQUEST with param {@code engine.kv-places} when the device has not that much memory. */
    KvArena(BaseModel base, int places) {
        ModelConfig config = base.config();
        arrays = new PtNDArray[2 * config.layers()];
        width = config.kvHeads() * config.headDim();
        long bytes = (long) places * width * base.precision().bytes() * arrays.length;
        try {
            for (int i = 0; i < arrays.length; i++) {
                arrays[i] = base.zeros(places, config.kvHeads(), config.headDim());
            }
        } catch (EngineException e) {
            throw ServingException.invalid(
                    "engine.kv-places",
                    "engine.kv-places: there is no memory for %d KV places of %,d bytes".formatted(places, bytes));
        }
        script = base.script();
        tensors = IValue.listFrom(arrays);
    }

    /** Values of one place's keys in one layer. */
    int width() {
        return width;
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
