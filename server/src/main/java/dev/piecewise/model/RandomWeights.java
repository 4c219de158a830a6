package dev.piecewise.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;

/** Tensors of random numbers: norms are one, everything else is normal with a deviation that keeps activations in range. */
final class RandomWeights implements WeightSource {
    private static final double DEVIATION = 0.02;

    private final TorchScript script;
    private final Precision precision;

    RandomWeights(TorchScript script, Precision precision, long seed) {
        this.script = script;
        this.precision = precision;
        script.call("seed").number(seed).run();
    }

    @Override
    public PtNDArray tensor(PtNDManager owner, String name, long... shape) {
        try (PtNDArray like = (PtNDArray) owner.create(0f)) {
            PtNDArray tensor = script.call(name.endsWith("norm.weight") ? "ones" : "random_normal")
                    .ints(shape)
                    .number(DEVIATION)
                    .number(precision.code())
                    .tensor(like)
                    .keep();
            tensor.attach(owner);
            return tensor;
        }
    }
}
