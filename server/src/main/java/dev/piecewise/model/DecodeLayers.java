package dev.piecewise.model;

import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.kernel.HeadRotation;
import dev.piecewise.kernel.Kernels;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowProducts;
import dev.piecewise.kernel.RowProducts.Matrix;
import dev.piecewise.kernel.RowProducts.Rows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Optional;

/**
 * All layers of a batch of single tokens, kernel after kernel: the same numbers as the script's, but nothing of the script in between, whose code and data a product's weights have driven out of the
 * caches each time. Confined to the engine's thread.
 */
final class DecodeLayers implements AutoCloseable {
    static final Numbered<DecodeLayers> OPEN = new Numbered<>();

    private static final int ALIGNMENT = 64;

    private final long number;
    private final Kernels kernels;
    private final DecoderLayer[] layers;
    private final StepUpdates updates;
    private final Heads heads;
    private final int hidden;
    private final int units;
    private final float eps;
    private final Arena memory = Arena.ofShared();
    private final long x;
    private final long h;
    private final long qkv;
    private final long attended;
    private final long both;
    private final long active;
    private final long update;

    private DecodeLayers(ModelConfig config, Kernels kernels, DecoderLayer[] layers, StepUpdates updates) {
        this.kernels = kernels;
        this.updates = updates;
        this.layers = layers;
        this.heads = new Heads(config.heads(), config.kvHeads(), config.headDim());
        this.hidden = config.hidden();
        this.units = config.intermediate();
        this.eps = config.normEps();
        this.x = rows(hidden);
        this.h = rows(hidden);
        this.qkv = rows((heads.all() + 2 * heads.kv()) * heads.dim());
        this.attended = rows(heads.all() * heads.dim());
        this.both = rows(2 * units);
        this.active = rows(units);
        this.update = rows(Math.max(2 * units, (heads.all() + 2 * heads.kv()) * heads.dim()));
        this.number = OPEN.add(this);
    }

    /** Of this model with this arena; nothing where the script has to do it. */
    static Optional<DecodeLayers> of(BaseModel base, KvArena arena, Optional<StepUpdates> updates) {
        if (updates.isEmpty() || base.fewRows() == 0) {
            return Optional.empty();
        }
        long[] weights = base.addresses(base.weights());
        long[] places = base.addresses(arena.tensors());
        DecoderLayer[] layers = new DecoderLayer[base.config().layers()];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = DecoderLayer.of(base.config(), i, weights, places, arena.headStride());
        }
        boolean fit = Arrays.stream(layers).allMatch(DecoderLayer::fits);
        return fit
                ? Optional.of(new DecodeLayers(base.config(), TorchOperators.kernels(), layers, updates.get()))
                : Optional.empty();
    }

    private long rows(int width) {
        return memory.allocate((long) RowProducts.MOST_ROWS * width * Short.BYTES, ALIGNMENT)
                .address();
    }

    long number() {
        return number;
    }

    /** Addresses of what the script's {@code attend_step} has by the same names; {@code longest} of the sequences has so many places. */
    record Tokens(int count, long cosines, long sines, long places, long table, int items, int longest) {}

    /** @param from address of [tokens, hidden]; {@code to} of what comes out, as much */
    void run(long from, long to, Tokens tokens) {
        long before = from;
        for (int layer = 0; layer < layers.length; layer++) {
            attend(layer, before, tokens);
            addUnits(layer, to, tokens.count);
            before = to;
        }
    }

    /** From a layer's inputs to x. */
    private void attend(int number, long from, Tokens tokens) {
        DecoderLayer layer = layers[number];
        int count = tokens.count;
        kernels.norms().normalize(from, hidden, layer.attentionGain(), h, count, hidden, eps);
        multiply(number, ProjectionGroup.QKV, h, layer.qkv(), Rows.NONE, qkv, count);
        kernels.rotation()
                .place(
                        qkv,
                        layer.qkv().outputs(),
                        tokens.cosines,
                        tokens.sines,
                        tokens.places,
                        layer.arena(),
                        new HeadRotation.Gains(layer.queryGain(), layer.keyGain(), eps),
                        count,
                        heads);
        kernels.attention()
                .attend(
                        qkv,
                        layer.arena().keys(),
                        layer.arena().values(),
                        attended,
                        tokens.table,
                        tokens.items,
                        heads,
                        layer.window(),
                        tokens.longest);
        multiply(number, ProjectionGroup.OUT, attended, layer.o(), new Rows(from, hidden), x, count);
    }

    /** From x to a layer's outputs. */
    private void addUnits(int number, long to, int count) {
        DecoderLayer layer = layers[number];
        kernels.norms().normalize(x, hidden, layer.unitGain(), h, count, hidden, eps);
        multiply(number, ProjectionGroup.GATE_UP, h, layer.gateUp(), Rows.NONE, both, count);
        kernels.units().activate(both, 2L * units, active, count, units);
        multiply(number, ProjectionGroup.DOWN, active, layer.down(), new Rows(x, hidden), to, count);
    }

    private void multiply(
            int layer, ProjectionGroup group, long input, Matrix matrix, Rows onto, long output, int count) {
        Rows inputs = new Rows(input, matrix.inputs());
        Rows reached = onto;
        if (updates.any(layer, group)) {
            reached = new Rows(update, matrix.outputs());
            updates.add(layer, group, inputs, onto, reached);
        }
        kernels.products().multiply(inputs, matrix, reached, output, count);
    }

    @Override
    public void close() {
        OPEN.remove(number);
        memory.close();
    }
}
