package dev.piecewise.model;

import ai.djl.pytorch.jni.IValue;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.kernel.HeadRotation;
import dev.piecewise.kernel.Kernels;
import dev.piecewise.kernel.RowAttention.Heads;
import dev.piecewise.kernel.RowProducts;
import dev.piecewise.kernel.RowProducts.Matrix;
import dev.piecewise.kernel.RowProducts.Rows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All layers of a batch of single tokens, kernel after kernel: the same numbers as the script's, but nothing of the script in between, whose code and data a product's weights have driven out of the
 * caches each time. Confined to the engine's thread.
 */
final class DecodeLayers implements AutoCloseable {
    private static final Map<Long, DecodeLayers> OPEN = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final int ALIGNMENT = 64;

    private final long number = NUMBERS.incrementAndGet();
    private final Kernels kernels;
    private final DecoderLayer[] layers;
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

    private DecodeLayers(ModelConfig config, Kernels kernels, DecoderLayer[] layers) {
        this.kernels = kernels;
        this.layers = layers;
        this.heads = new Heads(config.heads(), config.kvHeads(), config.headDim());
        this.hidden = config.hidden();
        this.units = config.intermediate();
        this.eps = (float) config.normEps();
        this.x = rows(hidden);
        this.h = rows(hidden);
        this.qkv = rows((heads.all() + 2 * heads.kv()) * heads.dim());
        this.attended = rows(heads.all() * heads.dim());
        this.both = rows(2 * units);
        this.active = rows(units);
        OPEN.put(number, this);
    }

    /** Of this model with this arena; nothing where the script has to do it. */
    static Optional<DecodeLayers> of(BaseModel base, KvArena arena) {
        if (!base.attendsAlone() || base.fewRows() == 0) {
            return Optional.empty();
        }
        long[] weights = addresses(base, base.weights());
        long[] places = addresses(base, arena.tensors());
        DecoderLayer[] layers = new DecoderLayer[base.config().layers()];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = DecoderLayer.of(base.config(), i, weights, places, arena.headStride());
        }
        boolean fit = Arrays.stream(layers).allMatch(DecoderLayer::fits);
        return fit ? Optional.of(new DecodeLayers(base.config(), TorchOperators.kernels(), layers)) : Optional.empty();
    }

    private static long[] addresses(BaseModel base, IValue tensors) {
        return base.script().call("addresses").with(tensors).longs();
    }

    private long rows(int width) {
        return memory.allocate((long) RowProducts.MOST_ROWS * width * Short.BYTES, ALIGNMENT)
                .address();
    }

    static DecodeLayers numbered(long number) {
        DecodeLayers layers = OPEN.get(number);
        if (layers == null) {
            throw new IllegalArgumentException("no layers have the number " + number);
        }
        return layers;
    }

    long number() {
        return number;
    }

    /** Addresses of what the script's {@code attend_step} has by the same names; {@code longest} of the sequences has so many places. */
    record Tokens(int count, long cosines, long sines, long places, long table, int items, int longest) {}

    /** @param from address of [tokens, hidden]; {@code to} of what comes out, as much */
    void run(long from, long to, Tokens tokens) {
        long before = from;
        for (DecoderLayer layer : layers) {
            layer(layer, before, to, tokens);
            before = to;
        }
    }

    /** {@code to} may be where {@code from} is. */
    private void layer(DecoderLayer layer, long from, long to, Tokens tokens) {
        int count = tokens.count;
        kernels.norms().normalize(from, hidden, layer.attentionGain(), h, count, hidden, eps);
        multiply(h, layer.qkv(), Rows.NONE, qkv, count);
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
        multiply(attended, layer.o(), new Rows(from, hidden), x, count);
        kernels.norms().normalize(x, hidden, layer.unitGain(), h, count, hidden, eps);
        multiply(h, layer.gateUp(), Rows.NONE, both, count);
        kernels.units().activate(both, 2L * units, active, count, units);
        multiply(active, layer.down(), new Rows(x, hidden), to, count);
    }

    private void multiply(long input, Matrix matrix, Rows onto, long output, int count) {
        kernels.products().multiply(new Rows(input, matrix.inputs()), matrix, onto, output, count);
    }

    @Override
    public void close() {
        OPEN.remove(number);
        memory.close();
    }
}
