package dev.piecewise.model;

import ai.djl.pytorch.engine.PtNDArray;
import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.engine.Batch;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.StepResult;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A tiny base model on the CPU with a runner, and beside it what to compare with. */
final class TinyRunner implements AutoCloseable {
    static final int PLACES = 8192;
    static final int COLUMNS = 64;
    static final Adaptation BASE = new Adaptation.Base("base");

    final ModelConfig config;
    final BaseModel base;
    final ReferenceModel reference;
    private TorchRunner runner;

    private TinyRunner(Path directory, String type) {
        config = ModelConfigReader.read(directory);
        reference = ReferenceModel.read(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            base = BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", type, true));
        }
        runner = runner(Optional.empty());
    }

    /** In float32. */
    static TinyRunner of(TinyCheckpoint checkpoint, Path directory) {
        return new TinyRunner(checkpoint.write(directory), "float32");
    }

    static TinyRunner inBfloat16(TinyCheckpoint checkpoint, Path directory) {
        return new TinyRunner(checkpoint.write(directory), "bfloat16");
    }

    /** With linear weights in int8. INVALID_REQUEST where the CPU has no AVX-512. */
    static TinyRunner inInt8(TinyCheckpoint checkpoint, Path directory) {
        return new TinyRunner(checkpoint.write(directory), "int8");
    }

    /** Starts anew with this pool on the device. */
    TinyRunner resident(Pool pool) {
        runner.close();
        runner = runner(Optional.of(pool));
        return this;
    }

    private TorchRunner runner(Optional<Pool> pool) {
        return new TorchRunner(base, new ModelRunner.Limits(config.vocabulary(), PLACES, 1024, COLUMNS), pool);
    }

    ModelRunner runner() {
        return runner;
    }

    /** Values of a place's keys in a layer. */
    int width() {
        return config.kvHeads() * config.headDim();
    }

    void load(LoraAdapter adapter, int column) {
        runner.loadAdapter(base.bankLayout().image(adapter), column);
    }

    /** Leaves memory as large as the bank's parts with something in it that spoils whatever reads it. */
    void leaveGarbage() {
        BankLayout layout = base.bankLayout();
        for (ProjectionGroup group : ProjectionGroup.values()) {
            for (int unit : new int[] {layout.columnA(group), layout.columnB(group)}) {
                try (PtNDArray garbage = base.emptyParts(1, (long) config.layers() * COLUMNS * unit)[0]) {
                    FloatBuffer values = garbage.toByteBuffer(true).asFloatBuffer();
                    while (values.hasRemaining()) {
                        values.put(Float.NaN);
                    }
                }
            }
        }
    }

    Adaptation merged(LoraAdapter adapter) {
        return new Adaptation.Merged(base.bankLayout().image(adapter));
    }

    StepResult run(Span... spans) {
        return runner.run(new Batch(List.of(spans)));
    }

    /** Seeded random token ids. */
    int[] tokens(int count, long seed) {
        return new Random(seed).ints(count, 0, config.vocabulary()).toArray();
    }

    /** A span whose every position is scored with the whole vocabulary. */
    Span scored(int[] tokens, int position, int length, int extent) {
        int all = config.vocabulary();
        int[] followed = Arrays.copyOf(tokens, tokens.length + 1);
        return new Span(followed, position, length, extent, tokens.length, BASE, -1, null, length, all);
    }

    /** A span of these tokens from a position to their end, at whose end the likeliest token is taken. */
    static Span greedy(int[] tokens, int position, int extent) {
        int length = tokens.length - position;
        return new Span(tokens, position, length, extent, tokens.length, BASE, -1, Draw.GREEDY, 0, 0);
    }

    static Span with(Span span, Adaptation adaptation, int column) {
        return new Span(
                span.tokens(),
                span.position(),
                span.length(),
                span.extent(),
                span.ropeLength(),
                adaptation,
                column,
                span.sample(),
                span.scoreTargets(),
                span.scoreAlternatives());
    }

    /** Reads the prompt in one span and goes on greedily, as this adaptation. */
    int[] generate(int[] prompt, int count, int extent, Adaptation adaptation, int column) {
        int[] tokens = prompt;
        int position = 0;
        for (int i = 0; i < count; i++) {
            int next = run(with(greedy(tokens, position, extent), adaptation, column))
                    .rows()
                    .getFirst()
                    .token();
            position = tokens.length;
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[position] = next;
        }
        return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
    }

    int[] generate(int[] prompt, int count, int extent) {
        return generate(prompt, count, extent, BASE, -1);
    }

    @Override
    public void close() {
        runner.close();
        base.close();
    }
}
