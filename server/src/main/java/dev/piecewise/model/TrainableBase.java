package dev.piecewise.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/** A base model whose forward pass gradients go through: weights in memory of their own, nothing packed. Confined to one thread at a time. */
public final class TrainableBase implements AutoCloseable {
    private final ModelConfig config;
    private final String fingerprint;
    private final Precision stored;
    private final Precision computed;
    private final TorchScript script;
    private final List<PtNDArray> weights = new ArrayList<>();
    private final RopeNumbers rope;

    private TrainableBase(ModelConfig config, String fingerprint, Precision stored, Precision computed, Source source) {
        this.config = config;
        this.fingerprint = fingerprint;
        this.stored = stored;
        this.computed = computed;
        this.script = source.script;
        this.rope = RopeNumbers.of(config.rope(), config.headDim());
        List<PtNDArray> loaded =
                Weights.tensors(script, source.weights.apply(script), config, rope, LinearLayout.DENSE);
        IdentityHashMap<PtNDArray, PtNDArray> copies = new IdentityHashMap<>();
        for (PtNDArray tensor : loaded) {
            weights.add(copies.computeIfAbsent(tensor, this::own));
        }
        NativeHeap.trim();
    }

    private record Source(TorchScript script, Function<TorchScript, WeightSource> weights) {}

    /** Loads a checkpoint that has been verified against the configuration, in the choice's precision: to train adapters and gates on. */
    public static TrainableBase load(Checkpoint checkpoint, ModelConfig config, DeviceChoice choice) {
        String fingerprint = BaseFingerprint.of(checkpoint, config);
        return open(
                choice,
                script -> new CheckpointWeights(script, checkpoint, choice.precision()),
                source -> new TrainableBase(config, fingerprint, choice.precision(), choice.precision(), source));
    }

    /** The same with the weights in float32, computed in the choice's precision: to train all of them. */
    public static TrainableBase loadWhole(Checkpoint checkpoint, ModelConfig config, DeviceChoice choice) {
        String fingerprint = BaseFingerprint.of(checkpoint, config);
        return open(
                choice,
                script -> new CheckpointWeights(script, checkpoint, Precision.FLOAT32),
                source -> new TrainableBase(config, fingerprint, Precision.FLOAT32, choice.precision(), source));
    }

    /** A model of random weights in float32, computed in the choice's precision: to be trained from scratch. */
    public static TrainableBase fresh(ModelConfig config, DeviceChoice choice, long seed) {
        return open(
                choice,
                script -> new RandomWeights(script, Precision.FLOAT32, seed),
                source -> new TrainableBase(config, "fresh", Precision.FLOAT32, choice.precision(), source));
    }

    private static TrainableBase open(
            DeviceChoice choice, Function<TorchScript, WeightSource> weights, Function<Source, TrainableBase> make) {
        TorchScript script = new TorchScript(choice.device());
        try {
            return make.apply(new Source(script, weights));
        } catch (RuntimeException e) {
            script.close();
            throw e;
        }
    }

    public ModelConfig config() {
        return config;
    }

    /** What the checkpoint is known by; "fresh" where there is none. */
    public String fingerprint() {
        return fingerprint;
    }

    /** What the weights are kept in. */
    Precision stored() {
        return stored;
    }

    /** What activations are computed in. */
    Precision computed() {
        return computed;
    }

    /** For tensors on the model's device, which live at most as long as it. */
    PtNDManager newManager() {
        return script.manager().newSubManager(script.manager().getDevice());
    }

    TorchScript script() {
        return script;
    }

    RopeNumbers rope() {
        return rope;
    }

    /** As {@link Weights} orders them; a tied head is the embedding itself. */
    List<PtNDArray> weights() {
        return weights;
    }

    /** All weights by the names of a checkpoint, row-major; they must be kept in float32. */
    public SequencedMap<String, float[]> values() {
        SequencedMap<String, float[]> values = new LinkedHashMap<>();
        values.put("model.embed_tokens.weight", weights.get(0).toFloatArray());
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            int at = 4 + 12 * layer;
            put(values, prefix + "input_layernorm.weight", at);
            split(values, prefix, at + 1, Projection.Q, Projection.K, Projection.V);
            split(values, prefix, at + 3, Projection.O);
            put(values, prefix + "post_attention_layernorm.weight", at + 5);
            split(values, prefix, at + 6, Projection.GATE, Projection.UP);
            split(values, prefix, at + 8, Projection.DOWN);
            put(values, prefix + "self_attn.q_norm.weight", at + 10);
            put(values, prefix + "self_attn.k_norm.weight", at + 11);
        }
        put(values, "model.norm.weight", 1);
        if (!config.tiedHead()) {
            put(values, "lm_head.weight", 2);
        }
        return values;
    }

    private void put(Map<String, float[]> values, String name, int tensor) {
        if (weights.get(tensor).size() > 0) {
            values.put(name, weights.get(tensor).toFloatArray());
        }
    }

    /** The projections that one matrix, and the bias after it, are made of. */
    private void split(Map<String, float[]> values, String prefix, int tensor, Projection... projections) {
        float[] matrix = weights.get(tensor).toFloatArray();
        float[] bias = weights.get(tensor + 1).toFloatArray();
        int row = 0;
        for (Projection projection : projections) {
            int in = config.in(projection);
            int end = row + config.out(projection);
            values.put(prefix + projection.path() + ".weight", Arrays.copyOfRange(matrix, row * in, end * in));
            if (bias.length > 0) {
                values.put(prefix + projection.path() + ".bias", Arrays.copyOfRange(bias, row, end));
            }
            row = end;
        }
    }

    /** A tensor made without gradients has to be copied before they may go through it. */
    private PtNDArray own(PtNDArray tensor) {
        try (PtNDManager scope = newManager();
                NDArray method = scope.create(0f)) {
            NDArray argument = tensor.duplicate();
            argument.attach(scope);
            method.setName("module_method:own");
            NDArray copy = script.learn(new NDList(argument, method)).singletonOrThrow();
            copy.attach(script.manager());
            tensor.close();
            return (PtNDArray) copy;
        }
    }

    @Override
    public void close() {
        script.close();
    }
}
