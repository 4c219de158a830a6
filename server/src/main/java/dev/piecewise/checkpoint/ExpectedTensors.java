package dev.piecewise.checkpoint;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** The names and shapes of all tensors that a model of some configuration is made of, in the order of the forward pass. */
public final class ExpectedTensors {
    public static final String EMBEDDING = "model.embed_tokens.weight";
    public static final String NORM = "model.norm.weight";
    public static final String HEAD = "lm_head.weight";

    private final ModelConfig config;
    private final SequencedMap<String, long[]> shapes = new LinkedHashMap<>();

    private ExpectedTensors(ModelConfig config) {
        this.config = config;
    }

    /** Shapes by canonical name, such as {@code model.layers.0.self_attn.q_proj.weight}; a tied head is the embedding and no tensor of its own. */
    public static SequencedMap<String, long[]> of(ModelConfig config) {
        ExpectedTensors expected = new ExpectedTensors(config);
        expected.put(EMBEDDING, config.vocabulary(), config.hidden());
        for (int layer = 0; layer < config.layers(); layer++) {
            expected.layer(layer);
        }
        expected.put(NORM, config.hidden());
        if (!config.tiedHead()) {
            expected.put(HEAD, config.vocabulary(), config.hidden());
        }
        return expected.shapes;
    }

    private void layer(int layer) {
        String prefix = "model.layers." + layer + ".";
        put(prefix + "input_layernorm.weight", config.hidden());
        put(prefix + "post_attention_layernorm.weight", config.hidden());
        if (config.qkNorm()) {
            put(prefix + "self_attn.q_norm.weight", config.headDim());
            put(prefix + "self_attn.k_norm.weight", config.headDim());
        }
        for (Projection projection : Projection.values()) {
            String name = prefix + projection.path();
            put(name + ".weight", config.out(projection), config.in(projection));
            if (hasBias(projection)) {
                put(name + ".bias", config.out(projection));
            }
        }
    }

    private boolean hasBias(Projection projection) {
        return switch (projection) {
            case Q, K, V -> config.qkvBias();
            case O -> config.outBias();
            case GATE, UP, DOWN -> config.mlpBias();
        };
    }

    private void put(String name, long... shape) {
        shapes.put(name, shape);
    }
}
