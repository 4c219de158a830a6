package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.adapter.Pool;
import dev.piecewise.engine.Batch;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.StepResult;
import dev.piecewise.engine.StepResult.Row;
import dev.piecewise.engine.TokenLogprobs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Runs steps of a base model: one call of the script each. Owns the KV arena, the adapter bank and the resident pool, but not the base. */
public final class TorchRunner implements ModelRunner {
    private final BaseModel base;
    private final Limits limits;
    private final KvArena arena;
    private final AdapterBank bank;
    private final ResidentPool pool;
    private final StepGains gains;
    private final Optional<StepUpdates> updates;
    private final StepInputs inputs;
    private final SingleTokens alone;
    private final HostTensor ints;
    private final HostTensor floats;
    private final HostTensor items;
    private final Optional<DecodeLayers> layers;
    private boolean prepared;

    /**
     * @param limits {@code vocabulary} is the base's; the memory of {@code kvPlaces} is taken here, that of {@code bankColumns} when the first adapter comes
     * @param resident the pool whose pieces stay on the device, if any
     */
    public TorchRunner(BaseModel base, Limits limits, Optional<Pool> resident) {
        this.base = base;
        this.limits = limits;
        this.arena = new KvArena(base, limits.kvPlaces());
        this.bank = new AdapterBank(base, limits.bankColumns());
        this.pool = ResidentPool.of(base, resident);
        this.updates = StepUpdates.of(base, bank, pool);
        this.gains = new StepGains(base, pool.sharers());
        this.inputs = new StepInputs(updates.isPresent());
        this.alone = new SingleTokens(base.heads(), arena.places());
        this.ints = new HostTensor(base.script(), DataType.INT64, 4096);
        this.floats = new HostTensor(base.script(), DataType.FLOAT32, 1024);
        this.items = new HostTensor(base.script(), DataType.INT64, 1024);
        this.layers = DecodeLayers.of(base, arena, updates);
    }

    ResidentPool resident() {
        return pool;
    }

    /** Whether batches of single tokens run without the script. */
    boolean decodesAlone() {
        return layers.isPresent();
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public StepResult run(Batch batch) {
        prepareThread();
        batch.spans().forEach(this::check);
        inputs.take(batch);
        long[] counts = inputs.counts();
        updates.ifPresent(own -> own.take(batch));
        PtNDArray taken = gains.of(updates.isPresent() ? List.of() : batch.spans());
        alone.take(base.runsOwnKernels() ? batch.spans() : List.of());
        float[] rows = base.script()
                .call("step")
                .with(base.weights())
                .with(arena.tensors())
                .with(bank.a())
                .with(bank.b())
                .with(pool.a())
                .with(pool.b())
                .with(base.shape())
                .with(base.windows())
                .with(base.numbers())
                .with(base.rope())
                .tensor(ints.write(inputs.ints()))
                .tensor(floats.write(inputs.floats()))
                .tensor(taken)
                .ints(counts)
                .ints(inputs.spanTable())
                .ints(groups(batch))
                .ints(inputs.segments())
                .ints(alone.counts())
                .tensor(items.write(alone.table()))
                .ints(program(batch), updates.map(StepUpdates::number).orElse(0L))
                .floats();
        return results(batch, rows, counts);
    }

    /** Kernels of our own read and write wherever they are told to. */
    private void check(Span span) {
        if (span.extent() < 0 || span.extent() + span.position() + span.length() > limits.kvPlaces()) {
            throw new IllegalArgumentException("%d tokens at place %d of %d"
                    .formatted(span.length(), span.extent() + span.position(), limits.kvPlaces()));
        }
        int columns = Segments.columns(span);
        if (columns > 0 && (span.column() < 0 || span.column() + columns > limits.bankColumns())) {
            throw new IllegalArgumentException(
                    "%d columns from %d on of %d".formatted(columns, span.column(), limits.bankColumns()));
        }
    }

    /** The number of the layers that run this batch without the script, 0 if it has to. */
    private long program(Batch batch) {
        boolean few = alone.tokens() == batch.tokens()
                && batch.tokens() <= base.fewRows()
                && batch.spans().stream().noneMatch(Segments::standsAlone);
        return few ? layers.map(DecodeLayers::number).orElse(0L) : 0;
    }

    private long[] groups(Batch batch) {
        boolean grouped = !base.attendsAtOnce() && !base.runsOwnKernels();
        return grouped ? new Together(batch.spans(), arena.width()).table() : new long[0];
    }

    /** Profiling and specialising would compile the script again for every new shape; the setting belongs to the thread, as its helpers do. */
    private void prepareThread() {
        if (!prepared) {
            JniUtils.setGraphExecutorOptimize(false);
            OpenMp.keep();
            prepared = true;
        }
    }

    private static StepResult results(Batch batch, float[] values, long[] counts) {
        int draws = (int) counts[1];
        int rows = draws + (int) counts[2];
        int width = rows == 0 ? 0 : values.length / rows;
        int draw = 0;
        int scored = draws;
        List<Row> results = new ArrayList<>(batch.spans().size());
        for (Span span : batch.spans()) {
            List<TokenLogprobs> scores = List.of();
            if (span.scoreTargets() > 0) {
                scores = new ArrayList<>(span.scoreTargets());
                for (int i = 0; i < span.scoreTargets(); i++) {
                    scores.add(logprobs(values, scored++ * width, width, span.scoreAlternatives()));
                }
            }
            Span.Draw sample = span.sample();
            if (sample == null) {
                results.add(new Row(-1, null, scores));
                continue;
            }
            int at = draw++ * width;
            TokenLogprobs logprobs = sample.logprobs() < 0 ? null : logprobs(values, at, width, sample.logprobs());
            results.add(new Row((int) values[at], logprobs, scores));
        }
        return new StepResult(results);
    }

    private static TokenLogprobs logprobs(float[] values, int at, int width, int wanted) {
        int stored = (width - 3) / 2;
        int[] tokens = new int[wanted];
        float[] logprobs = new float[wanted];
        for (int i = 0; i < wanted; i++) {
            tokens[i] = (int) values[at + 3 + i];
            logprobs[i] = values[at + 3 + stored + i];
        }
        return new TokenLogprobs((int) values[at], values[at + 1], (int) values[at + 2], tokens, logprobs);
    }

    @Override
    public void copyPlaces(int from, int to, int length) {
        arena.copy(from, to, length);
    }

    @Override
    public void loadAdapter(BankImage adapter, int firstColumn) {
        bank.load(adapter, firstColumn);
    }

    @Override
    public void clearColumns(int firstColumn, int count) {
        bank.clear(firstColumn, count);
    }

    @Override
    public void rest() {
        OpenMp.rest();
    }

    @Override
    public void erasePieces(Collection<Integer> sharers) {
        pool.erase(sharers);
    }

    @Override
    public void close() {
        ints.close();
        floats.close();
        items.close();
        layers.ifPresent(DecodeLayers::close);
        updates.ifPresent(StepUpdates::close);
        gains.close();
        pool.close();
        bank.close();
        arena.close();
    }
}
