package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.checkpoint.ModelConfig;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/** Batches and the numbers of a base's shape as the training script takes them: tensors only, since calls that gradients go through know nothing else. */
final class TrainingInputs {
    private TrainingInputs() {}

    static PtNDArray floats(PtNDManager scope, float[] values) {
        return scope.create(FloatBuffer.wrap(values), new Shape(values.length), DataType.FLOAT32);
    }

    static PtNDArray rows(PtNDManager scope, TrainingBatch batch, boolean recompute) {
        int tokens = batch.tokens().length;
        int targets = batch.targets().length;
        LongBuffer rows = LongBuffer.allocate(5 + tokens + 3 * targets);
        rows.put(new long[] {
            batch.users(), (long) batch.users() * batch.rows(), batch.length(), targets, recompute ? 1 : 0
        });
        rows.put(batch.tokens()).put(batch.places()).put(batch.targets()).put(batch.owners());
        return scope.create(rows.flip(), new Shape(rows.capacity()), DataType.INT64);
    }

    static PtNDArray sizes(TrainableBase base, PtNDManager manager, int kind) {
        ModelConfig config = base.config();
        long[] numbers = new long[9 + config.layers()];
        numbers[0] = config.layers();
        numbers[1] = config.heads();
        numbers[2] = config.kvHeads();
        numbers[3] = config.headDim();
        numbers[4] = config.hidden();
        numbers[5] = config.intermediate();
        numbers[6] = kind;
        numbers[7] = config.tiedHead() ? 1 : 0;
        numbers[8] = base.computed().code();
        for (int layer = 0; layer < config.layers(); layer++) {
            numbers[9 + layer] = config.window(layer);
        }
        return (PtNDArray) manager.create(numbers);
    }

    static PtNDArray reals(TrainableBase base, PtNDManager manager, double scale) {
        double[] scaling = base.rope().scaling();
        double[] numbers = new double[8];
        numbers[0] = base.config().normEps();
        numbers[1] = 1 / Math.sqrt(base.config().headDim());
        numbers[2] = base.rope().attentionFactor();
        System.arraycopy(scaling, 0, numbers, 3, scaling.length);
        numbers[7] = scale;
        return (PtNDArray) manager.create(numbers);
    }
}
