package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;

/** Directions and linear functions that fit rows of numbers; computed by PyTorch on the CPU. Any thread may call; calls wait for each other. */
public final class LinearFits {
    /** Of the mean variance, added to every direction's, as users have fewer items than rows have numbers. */
    private static final double SHRINKAGE = 1;

    private final BaseModel base;

    public LinearFits(BaseModel base) {
        this.base = base;
    }

    /** The orthonormal directions in which rows of this width are largest, [rank, width], the largest last. */
    public synchronized float[] principal(float[] rows, int width, int rank) {
        JniUtils.setGraphExecutorOptimize(false);
        try (PtNDManager scope = base.script().manager().newSubManager(Device.cpu())) {
            return base.script()
                    .call("principal")
                    .tensor(array(scope, rows, rows.length / width, width))
                    .number((long) rank)
                    .floats();
        }
    }

    /**
     * For each column of {@code targets} the linear function of the features that comes nearest to it by ridge regression, [columns, width].
     *
     * @param features [n, width], the last of them 1
     * @param targets [n, columns]
     * @param strength of the ridge, in variances of a feature
     */
    public synchronized float[] ridge(float[] features, int width, float[] targets, double strength) {
        JniUtils.setGraphExecutorOptimize(false);
        int rows = features.length / width;
        try (PtNDManager scope = base.script().manager().newSubManager(Device.cpu())) {
            return base.script()
                    .call("ridge")
                    .tensor(array(scope, features, rows, width))
                    .tensor(array(scope, targets, rows, targets.length / rows))
                    .number(strength)
                    .floats();
        }
    }

    /**
     * Places users so that they are as far apart as their rows' means are, in deviations of rows around their own user's mean, along the directions in which users differ most.
     *
     * @param rows [n, width], the users' one behind the other, {@code counts} of each
     * @return [users, rank], the direction in which they differ most last
     */
    public synchronized float[] betweenUsers(float[] rows, int width, long[] counts, int rank) {
        JniUtils.setGraphExecutorOptimize(false);
        try (PtNDManager scope = base.script().manager().newSubManager(Device.cpu())) {
            return base.script()
                    .call("between_users")
                    .tensor(array(scope, rows, rows.length / width, width))
                    .ints(counts)
                    .number(SHRINKAGE)
                    .number((long) rank)
                    .floats();
        }
    }

    private static PtNDArray array(PtNDManager scope, float[] values, int rows, int columns) {
        return scope.create(FloatBuffer.wrap(values), new Shape(rows, columns), DataType.FLOAT32);
    }
}
