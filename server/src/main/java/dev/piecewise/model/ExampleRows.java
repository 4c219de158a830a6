package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.adapter.Example;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Examples one after another, as the script's {@code assemble} takes them.
 *
 * @param ints tokens, positions and RoPE lengths of all examples, each as long as all together
 * @param weights of each position in the mean over examples of the mean over the positions that predict their answer
 * @param lengths of the examples
 */
record ExampleRows(long[] ints, float[] weights, long[] lengths) {
    static ExampleRows of(List<Example> examples) {
        int total = 0;
        for (Example example : examples) {
            total += example.tokens().length;
        }
        long[] ints = new long[3 * total];
        float[] weights = new float[total];
        long[] lengths = new long[examples.size()];
        int row = 0;
        for (int e = 0; e < lengths.length; e++) {
            Example example = examples.get(e);
            int length = example.tokens().length;
            int first = example.answerStart() - 1;
            float share = 1f / examples.size() / (length - 1 - first);
            for (int position = 0; position < length; position++) {
                ints[row] = example.tokens()[position];
                ints[total + row] = position;
                ints[2 * total + row] = length;
                weights[row] = position >= first && position < length - 1 ? share : 0;
                row++;
            }
            lengths[e] = length;
        }
        return new ExampleRows(ints, weights, lengths);
    }

    /** What the script's readings take last: the ints, the weights and the lengths. */
    void append(ScriptCall call, PtNDManager scope) {
        call.tensor(scope.create(LongBuffer.wrap(ints), new Shape(ints.length), DataType.INT64))
                .tensor(scope.create(FloatBuffer.wrap(weights), new Shape(weights.length), DataType.FLOAT32))
                .ints(lengths);
    }
}
