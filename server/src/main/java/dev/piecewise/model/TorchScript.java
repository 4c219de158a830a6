package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtModel;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The loaded TorchScript module on one device, and the owner of every tensor that lives as long as it. Its methods may be called from any thread. */
final class TorchScript implements AutoCloseable {
    private final PtModel model;
    private final PtSymbolBlock block;
    private final PtNDManager manager;

    TorchScript(Device device) {
        model = (PtModel) Model.newInstance("decoder", device, "PyTorch");
        try {
            model.load(new ByteArrayInputStream(ScriptArchive.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            throw new IllegalStateException("the forward pass does not load", e);
        }
        block = (PtSymbolBlock) model.getBlock();
        manager = (PtNDManager) model.getNDManager().newSubManager(device);
    }

    /** Owner of the tensors that live as long as the model. */
    PtNDManager manager() {
        return manager;
    }

    /** A call of the method of this name; arguments are added in order. */
    ScriptCall call(String method) {
        return new ScriptCall(this, method);
    }

    IValue run(String method, IValue... arguments) {
        try {
            return IValueUtils.runMethod(block, method, arguments);
        } finally {
            OpenMp.release();
        }
    }

    /** Runs a method so that gradients go through it; what comes back belongs to the manager of the first argument. */
    NDList learn(NDList arguments) {
        JniUtils.setGraphExecutorOptimize(false);
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        try {
            return IValueUtils.forward(block, arguments, true);
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    /** A tensor that lives as long as the model. */
    PtNDArray keep(IValue value) {
        try (value) {
            return value.toTensor(manager);
        }
    }

    @Override
    public void close() {
        manager.close();
        model.close();
    }
}
