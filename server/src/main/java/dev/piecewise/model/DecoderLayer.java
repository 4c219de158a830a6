package dev.piecewise.model;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.kernel.HeadRotation;
import dev.piecewise.kernel.RowProducts.Matrix;

/** Addresses of a layer's weights, of its part of a KV arena, and how many places its tokens see, 0 for all. Gains that it does not have are 0. */
record DecoderLayer(
        long attentionGain,
        Matrix qkv,
        Matrix o,
        long unitGain,
        Matrix gateUp,
        Matrix down,
        long queryGain,
        long keyGain,
        HeadRotation.Arena arena,
        int window) {
    /** {@code weights} and {@code arena}: addresses of what the script takes by these names; {@code headStride} as {@link HeadRotation.Arena} has it. */
    static DecoderLayer of(ModelConfig config, int layer, long[] weights, long[] arena, long headStride) {
        int at = 4 + 12 * layer;
        int qkv = config.out(Projection.Q) + config.out(Projection.K) + config.out(Projection.V);
        int units = config.intermediate();
        return new DecoderLayer(
                weights[at],
                matrix(weights, config, layer, 0, config.hidden(), qkv),
                matrix(weights, config, layer, 1, config.in(Projection.O), config.hidden()),
                weights[at + 5],
                matrix(weights, config, layer, 2, config.hidden(), 2 * units),
                matrix(weights, config, layer, 3, units, config.hidden()),
                weights[at + 10],
                weights[at + 11],
                new HeadRotation.Arena(arena[2 * layer], arena[2 * layer + 1], headStride),
                config.window(layer));
    }

    private static Matrix matrix(long[] weights, ModelConfig config, int layer, int group, int inputs, int outputs) {
        int at = Weights.GROUPS[group] + 12 * layer;
        int scales = Weights.scales(config.layers(), layer, group);
        return new Matrix(weights[at], scales < weights.length ? weights[scales] : 0, weights[at + 1], inputs, outputs);
    }

    boolean fits() {
        return qkv.fit() && o.fit() && gateUp.fit() && down.fit();
    }
}
