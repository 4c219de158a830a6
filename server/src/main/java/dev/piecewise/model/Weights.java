package dev.piecewise.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The base model's weights in the order that the script expects: embedding, last norm, head, RoPE frequencies, then twelve for each layer, absent ones empty.
 * Projections that read the same input are one matrix. In int8 the scales of all linear layers follow, the head's last.
 */
final class Weights {
    /** Rows of input that the packed layout is made for: a batch of decoding sequences. */
    private static final int PACKED_ROWS = 16;
    /** Where the first layer's linear layers are. */
    static final int[] GROUPS = {5, 7, 10, 12};

    private final TorchScript script;
    private final WeightSource source;
    private final ModelConfig config;
    private final LinearLayout layout;
    private final List<PtNDArray> tensors = new ArrayList<>();
    private final List<PtNDArray> scales = new ArrayList<>();
    private final PtNDArray absent;

    private Weights(TorchScript script, WeightSource source, ModelConfig config, LinearLayout layout) {
        this.script = script;
        this.source = source;
        this.config = config;
        this.layout = layout;
        this.absent =
                script.manager().create(FloatBuffer.allocate(0), new Shape(0), ai.djl.ndarray.types.DataType.FLOAT32);
    }

    /** Loads everything; one layer at a time is in memory twice. The tensors are the script's manager's. */
    static List<PtNDArray> tensors(
            TorchScript script, WeightSource source, ModelConfig config, RopeNumbers rope, LinearLayout layout) {
        Weights weights = new Weights(script, source, config, layout);
        weights.loadEnds(rope);
        for (int layer = 0; layer < config.layers(); layer++) {
            weights.loadLayer("model.layers." + layer + ".");
        }
        if (layout == LinearLayout.PACKED_INT8) {
            // The head came first.
            weights.scales.addLast(weights.scales.removeFirst());
            weights.tensors.addAll(weights.scales);
        }
        return weights.tensors;
    }

    /** A linear layer's weights, and the scales of its outputs if they are int8. */
    record Linear(PtNDArray values, Optional<PtNDArray> scales) {
        /** oneDNN's int8 lies the other way round. */
        long outputs() {
            return values.getShape().get(scales.isPresent() ? 1 : 0);
        }

        long inputs() {
            return values.getShape().get(scales.isPresent() ? 0 : 1);
        }
    }

    /** Of all that {@link #tensors} gave: the first layer's linear layers and the head, one of each shape. */
    static List<Linear> linear(List<PtNDArray> tensors, int layers, LinearLayout layout) {
        List<Linear> found = new ArrayList<>();
        for (int group = 0; group < GROUPS.length; group++) {
            found.add(linear(tensors, GROUPS[group], scales(layers, 0, group), layout));
        }
        found.add(linear(tensors, 2, scales(layers, layers, 0), layout));
        return found;
    }

    /** Where the scales of a layer's group of projections are, in int8; the head is the first one of what would be the next layer. */
    static int scales(int layers, int layer, int group) {
        return 4 + 12 * layers + GROUPS.length * layer + group;
    }

    private static Linear linear(List<PtNDArray> tensors, int at, int scale, LinearLayout layout) {
        return new Linear(
                tensors.get(at),
                layout == LinearLayout.PACKED_INT8 ? Optional.of(tensors.get(scale)) : Optional.empty());
    }

    private void loadEnds(RopeNumbers rope) {
        PtNDArray embedding =
                source.tensor(script.manager(), "model.embed_tokens.weight", config.vocabulary(), config.hidden());
        tensors.add(embedding);
        tensors.add(source.tensor(script.manager(), "model.norm.weight", config.hidden()));
        if (!config.tiedHead()) {
            tensors.add(linear("lm_head.weight", config.vocabulary(), config.hidden()));
        } else {
            tensors.add(layout == LinearLayout.DENSE ? embedding : laidOut(embedding));
        }
        float[] inverse = rope.inverseFrequencies();
        tensors.add((PtNDArray) script.manager().create(inverse));
    }

    private void loadLayer(String layer) {
        int hidden = config.hidden();
        tensors.add(vector(layer + "input_layernorm.weight", hidden));
        tensors.add(fused(layer, Projection.Q, Projection.K, Projection.V));
        tensors.add(bias(config.qkvBias(), layer, Projection.Q, Projection.K, Projection.V));
        tensors.add(fused(layer, Projection.O));
        tensors.add(bias(config.outBias(), layer, Projection.O));
        tensors.add(vector(layer + "post_attention_layernorm.weight", hidden));
        tensors.add(fused(layer, Projection.GATE, Projection.UP));
        tensors.add(bias(config.mlpBias(), layer, Projection.GATE, Projection.UP));
        tensors.add(fused(layer, Projection.DOWN));
        tensors.add(bias(config.mlpBias(), layer, Projection.DOWN));
        tensors.add(config.qkNorm() ? vector(layer + "self_attn.q_norm.weight", config.headDim()) : absent);
        tensors.add(config.qkNorm() ? vector(layer + "self_attn.k_norm.weight", config.headDim()) : absent);
    }

    private PtNDArray vector(String name, long length) {
        return source.tensor(script.manager(), name, length);
    }

    private PtNDArray linear(String name, long out, long in) {
        try (PtNDManager scope = scope()) {
            return kept(source.tensor(scope, name, out, in));
        }
    }

    private PtNDArray fused(String layer, Projection... projections) {
        try (PtNDManager scope = scope()) {
            PtNDArray[] parts = new PtNDArray[projections.length];
            for (int i = 0; i < parts.length; i++) {
                Projection projection = projections[i];
                String name = layer + projection.path() + ".weight";
                parts[i] = source.tensor(scope, name, config.out(projection), config.in(projection));
            }
            if (layout == LinearLayout.DENSE) {
                return join(parts);
            }
            PtNDArray joined = join(parts);
            joined.attach(scope);
            return laidOut(joined);
        }
    }

    private PtNDArray bias(boolean present, String layer, Projection... projections) {
        if (!present) {
            return absent;
        }
        try (PtNDManager scope = scope()) {
            PtNDArray[] parts = new PtNDArray[projections.length];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = source.tensor(scope, layer + projections[i].path() + ".bias", config.out(projections[i]));
            }
            return join(parts);
        }
    }

    private PtNDArray join(PtNDArray... parts) {
        return script.call("join").tensors(parts).keep();
    }

    private PtNDArray kept(PtNDArray dense) {
        if (layout != LinearLayout.DENSE) {
            return laidOut(dense);
        }
        dense.attach(script.manager());
        return dense;
    }

    private PtNDArray laidOut(PtNDArray dense) {
        if (layout == LinearLayout.PACKED) {
            return script.call("pack").tensor(dense).number(PACKED_ROWS).keep();
        }
        PtNDArray[] quantized = script.call("quantize").tensor(dense).keepAll();
        scales.add(quantized[1]);
        return quantized[0];
    }

    private PtNDManager scope() {
        return script.manager().newSubManager(script.manager().getDevice());
    }
}
