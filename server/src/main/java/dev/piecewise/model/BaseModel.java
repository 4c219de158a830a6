package dev.piecewise.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.error.ServingException;
import dev.piecewise.kernel.GatedUnits;
import dev.piecewise.kernel.LowRank;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowNorm;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A base model on its device: the script, the weights and the numbers of its shape. Immutable once loaded; shared by whatever runs steps and whatever chooses pieces. */
public final class BaseModel implements AutoCloseable {
    private final ModelConfig config;
    private final Precision precision;
    private final LinearLayout layout;
    private final BankLayout bankLayout;
    private final TorchScript script;
    private final boolean flash;
    private final int fewestRows;
    private final int fewRows;
    private final String device;
    private final IValue weights;
    private final IValue shape;
    private final IValue windows;
    private final IValue numbers;
    private final IValue rope;

    private BaseModel(ModelConfig config, DeviceChoice choice, TorchScript script, WeightSource source) {
        this.config = config;
        this.precision = choice.precision();
        this.device = choice.device().toString();
        this.script = script;
        this.layout = layout(choice, script);
        this.flash = new FlashAttention(script, config).works(precision);
        this.fewestRows = packed() ? PackedRows.fewest() : 0;
        RopeNumbers frequencies = RopeNumbers.of(config.rope(), config.headDim());
        List<PtNDArray> tensors = Weights.tensors(script, source, config, frequencies, layout);
        this.weights = IValue.listFrom(tensors.toArray(PtNDArray[]::new));
        NativeHeap.trim();
        this.fewRows = packed() ? FewRows.most(script, Weights.linear(tensors, config.layers(), layout)) : 0;
        this.bankLayout = new BankLayout(config, precision.bytes());
        this.shape = IValue.listFrom(
                config.layers(),
                config.heads(),
                config.kvHeads(),
                config.headDim(),
                config.hidden(),
                config.intermediate(),
                layout.code(),
                bankLayout.chunk(ProjectionGroup.QKV),
                bankLayout.chunk(ProjectionGroup.DOWN),
                bankLayout.chunk(ProjectionGroup.GATE_UP),
                flash ? 1 : 0,
                fewestRows,
                fewRows,
                runsOwnKernels() ? 1 : 0);
        long[] seen = new long[config.layers()];
        for (int layer = 0; layer < seen.length; layer++) {
            seen[layer] = config.window(layer);
        }
        this.windows = IValue.listFrom(seen);
        this.numbers =
                IValue.listFrom(config.normEps(), 1 / Math.sqrt(config.headDim()), frequencies.attentionFactor());
        this.rope = IValue.listFrom(frequencies.scaling());
    }

    /** Loads PyTorch itself, which loading a model otherwise does. Any thread may call. */
    public static void startPyTorch() {
        Engine.getEngine("PyTorch");
    }

    /** Loads a checkpoint. Every tensor is checked against the configuration before anything is loaded. */
    public static BaseModel load(Checkpoint checkpoint, ModelConfig config, DeviceChoice choice) {
        checkpoint.verify(config);
        return load(config, choice, script -> new CheckpointWeights(script, checkpoint, choice.precision()));
    }

    /** A model of random weights, for measuring. */
    public static BaseModel random(ModelConfig config, DeviceChoice choice, long seed) {
        return load(config, choice, script -> new RandomWeights(script, choice.precision(), seed));
    }

    private static BaseModel load(ModelConfig config, DeviceChoice choice, Function<TorchScript, WeightSource> source) {
        TorchScript script = new TorchScript(choice.device());
        try {
            return new BaseModel(config, choice, script, source.apply(script));
        } catch (RuntimeException e) {
            script.close();
            throw e;
        }
    }

    private static LinearLayout layout(DeviceChoice choice, TorchScript script) {
        boolean packs = choice.precision() == Precision.BFLOAT16
                && !choice.device().isGpu()
                && script.call("packs").floats()[0] == 1;
        if (choice.int8() && !packs) {
            throw ServingException.invalid(
                    "model.dtype", "model.dtype int8 runs on CPUs with AVX-512 only; take bfloat16 or float32 here");
        }
        return choice.int8() ? LinearLayout.PACKED_INT8 : packs ? LinearLayout.PACKED : LinearLayout.DENSE;
    }

    /** A call of a script method that reads examples with this model; what comes behind the model's own arguments is missing yet. */
    ScriptCall reading(String method) {
        return script.call(method)
                .with(weights())
                .with(shape())
                .with(windows())
                .with(numbers())
                .with(rope());
    }

    /** The index of a pool that has no site. */
    long[] noSites() {
        long[] none = new long[config.layers() * ProjectionGroup.PROJECTIONS];
        Arrays.fill(none, -1);
        return none;
    }

    public ModelConfig config() {
        return config;
    }

    /** What linear layers are computed in, in the configuration's words. */
    public String dtype() {
        return layout == LinearLayout.PACKED_INT8 ? "int8" : precision.name().toLowerCase(Locale.ROOT);
    }

    /** Where it runs, as reports write it: {@code cpu()}, {@code gpu(0)}. */
    public String device() {
        return device;
    }

    public Precision precision() {
        return precision;
    }

    /** How adapters are laid out that run on top of this model. */
    public BankLayout bankLayout() {
        return bankLayout;
    }

    /** Columns that the adapter bank of a runner can have. */
    public int mostBankColumns() {
        return onHost() ? bankLayout.mostColumns() : Integer.MAX_VALUE;
    }

    /** Bytes of the weights that a step reads once: all linear layers and the head. */
    public long bytesPerStep() {
        long values = linearValues() + (long) config.vocabulary() * config.hidden();
        return layout == LinearLayout.PACKED_INT8 ? values : values * precision.bytes();
    }

    /** Weights of all linear layers but the head: what a token of a prompt is multiplied and added up with. */
    public long linearValues() {
        long layer = 0;
        for (Projection projection : Projection.values()) {
            layer += (long) config.in(projection) * config.out(projection);
        }
        return layer * config.layers();
    }

    /** Whether all of a step's sequences attend in one call. */
    boolean attendsAtOnce() {
        return flash;
    }

    /** Whether single tokens attend, and all that is between products is computed, by machine code of our own. */
    boolean runsOwnKernels() {
        return packed()
                && TorchOperators.present()
                && heads().fit()
                && RowNorm.fit(config.hidden())
                && GatedUnits.fit(config.intermediate());
    }

    /** Tokens of a batch that products of our own take at most; 0 if there are none. */
    int fewRows() {
        return fewRows;
    }

    Heads heads() {
        return new Heads(config.heads(), config.kvHeads(), config.headDim());
    }

    /** Whether linear layers that are added to the model, as a resident pool's, are laid out as its own. */
    boolean packed() {
        return layout != LinearLayout.DENSE;
    }

    /** Rows that a product of packed weights has at least; 0 where they lie as the checkpoint has them. */
    int fewestRows() {
        return fewestRows;
    }

    /** Whether the device's memory is the host's. */
    boolean onHost() {
        return !script.manager().getDevice().isGpu();
    }

    TorchScript script() {
        return script;
    }

    IValue weights() {
        return weights;
    }

    IValue shape() {
        return shape;
    }

    IValue windows() {
        return windows;
    }

    IValue numbers() {
        return numbers;
    }

    IValue rope() {
        return rope;
    }

    /** A tensor of the model's device, precision and lifetime, filled with zeros. */
    PtNDArray zeros(long... size) {
        return zeros(precision, size);
    }

    PtNDArray zeros(Precision type, long... size) {
        try (PtNDArray like = (PtNDArray) script.manager().create(0f)) {
            return script.call("zeros")
                    .ints(size)
                    .number(type.code())
                    .tensor(like)
                    .keep();
        }
    }

    /** Where the numbers of each tensor of a list begin in memory, 0 if it has none or no operator of ours would ask. */
    long[] addresses(IValue tensors) {
        return runsOwnKernels() ? script.call("addresses").with(tensors).longs() : new long[0];
    }

    /** As many tensors of so many values each, side by side in memory, and a few more behind the last; nothing is written into it. */
    PtNDArray[] emptyParts(int count, long size) {
        try (PtNDArray like = (PtNDArray) script.manager().create(0f)) {
            return script.call("empty_parts")
                    .number(count)
                    .number(size)
                    .number(LowRank.SPARE_VALUES)
                    .number(precision.code())
                    .tensor(like)
                    .keepAll();
        }
    }

    @Override
    public void close() {
        weights.close();
        shape.close();
        windows.close();
        numbers.close();
        rope.close();
        script.close();
    }
}
