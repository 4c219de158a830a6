package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** Directions that tell one user's inputs from others', by linear discriminant analysis on a base model's device. Any thread may call; calls wait for each other. */
public final class Discriminants {
    /** Of the mean variance, added to every direction's, as users have fewer items than inputs have dimensions. */
    private static final double SHRINKAGE = 0.1;

    private final BaseModel base;

    public Discriminants(BaseModel base) {
        this.base = base;
    }

    /**
     * For each user the direction {@code S^-1 (m - c)}, without its component along c and scaled to a deviation of 1: m the mean of the user's rows, c the mean of all users'
     * means, S the rows' covariance around their own user's mean.
     *
     * @param users each user's inputs, [items, width]; a user has an item at least
     * @return [users, width]
     */
    public synchronized float[][] of(List<float[][]> users) {
        JniUtils.setGraphExecutorOptimize(false);
        int width = users.getFirst()[0].length;
        long[] counts = users.stream().mapToLong(user -> user.length).toArray();
        int rows = Math.toIntExact(Arrays.stream(counts).sum());
        FloatBuffer flat = FloatBuffer.allocate(rows * width);
        users.forEach(user -> {
            for (float[] row : user) {
                flat.put(row);
            }
        });
        float[] keys;
        try (PtNDManager scope = base.script().manager().newSubManager(Device.cpu())) {
            PtNDArray inputs = scope.create(flat.flip(), new Shape(rows, width), DataType.FLOAT32);
            keys = base.script()
                    .call("discriminants")
                    .tensor(inputs)
                    .ints(counts)
                    .number(SHRINKAGE)
                    .floats();
        }
        float[][] each = new float[users.size()][];
        for (int i = 0; i < each.length; i++) {
            each[i] = Arrays.copyOfRange(keys, i * width, (i + 1) * width);
        }
        return each;
    }
}
