package dev.piecewise.model;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;

/** The arguments of one call of a script method, in order. Those made here are freed when the call has run; those handed in stay their owner's. */
final class ScriptCall {
    private final TorchScript script;
    private final String method;
    private final List<IValue> arguments = new ArrayList<>(16);
    private final List<IValue> own = new ArrayList<>(12);

    ScriptCall(TorchScript script, String method) {
        this.script = script;
        this.method = method;
    }

    ScriptCall with(IValue kept) {
        arguments.add(kept);
        return this;
    }

    ScriptCall tensor(NDArray tensor) {
        return made(IValue.from((PtNDArray) tensor));
    }

    ScriptCall tensors(PtNDArray... tensors) {
        return made(IValue.listFrom(tensors));
    }

    ScriptCall ints(long... values) {
        return made(IValue.listFrom(values));
    }

    ScriptCall floats(double... values) {
        return made(IValue.listFrom(values));
    }

    ScriptCall number(long value) {
        return made(IValue.from(value));
    }

    ScriptCall number(double value) {
        return made(IValue.from(value));
    }

    private ScriptCall made(IValue value) {
        own.add(value);
        arguments.add(value);
        return this;
    }

    /** Runs for the effect. */
    void run() {
        result().close();
    }

    /** Runs; the tensor that comes back lives as long as the model. */
    PtNDArray keep() {
        return script.keep(result());
    }

    /** Runs; the tensors of the list that comes back live as long as the model. */
    PtNDArray[] keepAll() {
        try (IValue result = result()) {
            return result.toTensorArray(script.manager());
        }
    }

    /** Runs; the values of the float32 tensor that comes back, row-major. */
    float[] floats() {
        try (PtNDManager scope = script.manager().newSubManager(script.manager().getDevice());
                IValue result = result()) {
            return result.toTensor(scope).toFloatArray();
        }
    }

    /** Runs; the values of the tensor of 64-bit whole numbers that comes back, row-major. */
    long[] longs() {
        try (PtNDManager scope = script.manager().newSubManager(script.manager().getDevice());
                IValue result = result()) {
            return result.toTensor(scope).toLongArray();
        }
    }

    private IValue result() {
        try {
            return script.run(method, arguments.toArray(IValue[]::new));
        } finally {
            own.forEach(IValue::close);
        }
    }
}
