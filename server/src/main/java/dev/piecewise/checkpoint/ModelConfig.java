package dev.piecewise.checkpoint;

import java.util.List;

/**
 * The shape of a decoder-only transformer, as its {@code config.json} tells it.
 *
 * @param slidingWindow places a query sees (its own included), 0 for all; per layer through {@link #window}
 * @param slidingLayers which layers slide; empty when all do or none does
 * @param maxPositions longest sequence that the checkpoint was made for
 * @param eosTokens token ids that end a completion (generation_config.json first, else config.json)
 * @param bosToken first token of a text, or -1
 */
public record ModelConfig(
        String architecture,
        int vocabulary,
        int hidden,
        int intermediate,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        float normEps,
        Rope rope,
        int slidingWindow,
        List<Boolean> slidingLayers,
        boolean qkvBias,
        boolean outBias,
        boolean mlpBias,
        boolean qkNorm,
        boolean tiedHead,
        int maxPositions,
        List<Integer> eosTokens,
        int bosToken) {

    /** Places that a query of this layer sees, itself included; 0 for all. */
    public int window(int layer) {
        return slidingLayers.isEmpty() || slidingLayers.get(layer) ? slidingWindow : 0;
    }

    /** Input width of a projection. */
    public int in(Projection projection) {
        return switch (projection) {
            case Q, K, V, GATE, UP -> hidden;
            case O -> heads * headDim;
            case DOWN -> intermediate;
        };
    }

    /** Output width of a projection. */
    public int out(Projection projection) {
        return switch (projection) {
            case Q -> heads * headDim;
            case K, V -> kvHeads * headDim;
            case O, DOWN -> hidden;
            case GATE, UP -> intermediate;
        };
    }
}
