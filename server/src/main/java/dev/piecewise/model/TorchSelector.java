package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Chooses pieces with the base model's own forward pass. The last pool's pieces stay on the device. Any thread may call; calls wait for each other. */
public final class TorchSelector implements PieceSelector, AutoCloseable {
    private final BaseModel base;
    private final Set<String> forgotten = new HashSet<>();
    private @Nullable PieceTensors pieces;
    private boolean closed;

    public TorchSelector(BaseModel base) {
        this.base = base;
    }

    @Override
    public synchronized SortedMap<Site, List<Choice>> select(Pool pool, List<Example> examples, Options options) {
        if (closed) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
        }
        JniUtils.setGraphExecutorOptimize(false);
        PieceTensors on = piecesOf(pool);
        int k = Math.min(options.k(), pool.sharers().size());
        float[] found = run(on, examples, options, k);
        dropForgotten();
        SortedMap<Site, List<Choice>> chosen = new TreeMap<>();
        int at = 0;
        for (Site site : pool.sites().keySet()) {
            List<Choice> choices = new ArrayList<>(k);
            for (int i = 0; i < k; i++) {
                int sharer = (int) found[at + i];
                if (pool.has(sharer, site)) {
                    choices.add(new Choice(pool.sharers().get(sharer).id(), found[at + k + i]));
                }
            }
            chosen.put(site, choices);
            at += 2 * k;
        }
        return chosen;
    }

    /** Nothing of this version of a pool stays on the device from now on. Waits for the call that runs. */
    public synchronized void forget(String pool) {
        forgotten.add(pool);
        dropForgotten();
    }

    /** The version whose pieces are on the device. */
    synchronized Optional<String> holds() {
        return Optional.ofNullable(pieces).map(PieceTensors::hash);
    }

    private void dropForgotten() {
        PieceTensors current = pieces;
        if (current != null && !closed && forgotten.contains(current.hash())) {
            current.close();
            pieces = null;
        }
    }

    private PieceTensors piecesOf(Pool pool) {
        PieceTensors current = pieces;
        if (current == null || !current.hash().equals(pool.hash())) {
            if (current != null) {
                current.close();
            }
            current = PieceTensors.of(base, pool);
            pieces = current;
        }
        return current;
    }

    private float[] run(PieceTensors on, List<Example> examples, Options options, int k) {
        ExampleRows rows = ExampleRows.of(examples);
        Optional<ForecastTensors> forecast = on.forecast();
        try (PtNDManager scope = base.script().manager().newSubManager(Device.cpu())) {
            ScriptCall call = base.reading(forecast.isPresent() ? "assemble_foreseen" : "assemble")
                    .with(on.tensors())
                    .ints(on.index());
            double absolute = on.keys() == Keys.ARROW ? 1 : 0;
            double factor = options.merge() == Merge.FACTOR ? 1 : 0;
            forecast.ifPresentOrElse(
                    foreseen -> call.floats(DoubleStream.concat(
                                    DoubleStream.of(k, options.temperature(), absolute),
                                    Arrays.stream(foreseen.scales()))
                            .toArray()),
                    () -> call.floats(k, options.temperature(), factor, absolute));
            rows.append(call, scope);
            forecast.ifPresent(foreseen -> call.with(foreseen.list()));
            return call.floats();
        }
    }

    /** Waits for the call that runs; later ones are UNAVAILABLE, since the model may be gone. */
    @Override
    public synchronized void close() {
        closed = true;
        if (pieces != null) {
            pieces.close();
        }
    }
}
