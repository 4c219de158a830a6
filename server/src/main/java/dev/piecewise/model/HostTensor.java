package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A one-dimensional tensor in host memory that Java writes anew before each call, so that a step makes no tensors. Grows when it must. Confined to one thread. */
final class HostTensor implements AutoCloseable {
    private final PtNDManager manager;
    private final DataType type;
    private ByteBuffer memory;
    private PtNDArray tensor;

    HostTensor(TorchScript script, DataType type, int capacity) {
        this.manager = script.manager().newSubManager(Device.cpu());
        this.type = type;
        this.memory = allocate(capacity);
        this.tensor = view(capacity);
    }

    /** The tensor with these values at its start. */
    PtNDArray write(Longs values) {
        ensure(values.size());
        memory.asLongBuffer().put(values.values(), 0, values.size());
        return tensor;
    }

    /** The tensor with these values at its start. */
    PtNDArray write(Floats values) {
        ensure(values.size());
        memory.asFloatBuffer().put(values.values(), 0, values.size());
        return tensor;
    }

    /** The tensor with these bytes at its start, one part behind the other. */
    PtNDArray write(List<byte[]> parts) {
        ensure(parts.stream().mapToInt(part -> part.length).sum());
        int at = 0;
        for (byte[] part : parts) {
            memory.put(at, part);
            at += part.length;
        }
        return tensor;
    }

    private void ensure(int size) {
        if (size > tensor.size()) {
            int capacity = Math.max(size, 2 * (int) tensor.size());
            tensor.close();
            memory = allocate(capacity);
            tensor = view(capacity);
        }
    }

    private ByteBuffer allocate(int capacity) {
        return ByteBuffer.allocateDirect(capacity * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
    }

    private PtNDArray view(int capacity) {
        return manager.create(memory, new Shape(capacity), type);
    }

    @Override
    public void close() {
        manager.close();
    }
}
