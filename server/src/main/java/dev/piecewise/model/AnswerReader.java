package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.Pool;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** How a base model takes answers that were given: where it stands, how it errs, how probable they are to it. Any thread may call; calls wait for each other. */
public final class AnswerReader {
    private static final int TOKENS_AT_ONCE = 8192;

    private final BaseModel base;

    public AnswerReader(BaseModel base) {
        this.base = base;
    }

    /** Width of states and errors. */
    public int hidden() {
        return base.config().hidden();
    }

    /** How many the model has. */
    public int layers() {
        return base.config().layers();
    }

    /** At each position of the answer the last hidden state, then at each the error: [2, positions, hidden]. */
    public synchronized float[] rows(Example example) {
        JniUtils.setGraphExecutorOptimize(false);
        try (PtNDManager scope = scope()) {
            ScriptCall call = base.reading("answer_rows").ints(base.noSites());
            ExampleRows.of(List.of(example)).append(call, scope);
            return call.floats();
        }
    }

    /** What a forecast multiplies its weights by, of each example; the weights are not looked at. */
    public synchronized float[][] features(List<Example> examples, GainForecast forecast) {
        JniUtils.setGraphExecutorOptimize(false);
        try (PtNDManager scope = scope();
                ForecastTensors tensors = ForecastTensors.of(base, forecast)) {
            ScriptCall call = base.reading("answer_features").ints(base.noSites());
            ExampleRows.of(examples).append(call, scope);
            float[] flat = call.with(tensors.list()).floats();
            float[][] each = new float[examples.size()][];
            for (int i = 0; i < each.length; i++) {
                each[i] = Arrays.copyOfRange(flat, i * forecast.features(), (i + 1) * forecast.features());
            }
            return each;
        }
    }

    /** The mean log-probability of each example's answer tokens, in nats. */
    public synchronized float[] logProbabilities(List<Example> examples) {
        return logProbabilities(
                examples,
                () -> base.reading("mean_log_probabilities")
                        .tensors()
                        .ints(base.noSites())
                        .floats(new double[0]));
    }

    /** The same with all pieces of a pool's only sharer. */
    public synchronized float[] logProbabilities(List<Example> examples, Pool ofOne) {
        if (ofOne.sharers().size() != 1) {
            throw new IllegalArgumentException(
                    "the pool has %d sharers".formatted(ofOne.sharers().size()));
        }
        try (PieceTensors pieces = PieceTensors.of(base, ofOne)) {
            return logProbabilities(
                    examples,
                    () -> base.reading("mean_log_probabilities")
                            .with(pieces.tensors())
                            .ints(pieces.index())
                            .floats(1, 1, 0, 0));
        }
    }

    private float[] logProbabilities(List<Example> examples, Supplier<ScriptCall> reading) {
        JniUtils.setGraphExecutorOptimize(false);
        FloatBuffer all = FloatBuffer.allocate(examples.size());
        for (List<Example> part : parts(examples)) {
            try (PtNDManager scope = scope()) {
                ScriptCall call = reading.get();
                ExampleRows.of(part).append(call, scope);
                all.put(call.floats());
            }
        }
        return all.array();
    }

    private static List<List<Example>> parts(List<Example> examples) {
        List<List<Example>> parts = new ArrayList<>();
        int first = 0;
        int tokens = 0;
        for (int i = 0; i < examples.size(); i++) {
            int length = examples.get(i).tokens().length;
            if (tokens + length > TOKENS_AT_ONCE && i > first) {
                parts.add(examples.subList(first, i));
                first = i;
                tokens = 0;
            }
            tokens += length;
        }
        parts.add(examples.subList(first, examples.size()));
        return parts;
    }

    private PtNDManager scope() {
        return base.script().manager().newSubManager(Device.cpu());
    }
}
