package dev.piecewise.engine;

import dev.piecewise.adapter.BankImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a step costs without the model: scheduling it, taking over its tokens, and reading them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class SchedulerBenchmark {
    private static final int MOST = 1 << 23;

    @Param({"16", "64"})
    public int sequences;

    private final List<Sequence> running = new ArrayList<>();
    private @Nullable Scheduler scheduler;
    private StepResult result = new StepResult(List.of());

    /** All sequences decode afterwards. */
    @Setup(Level.Iteration)
    public void admit() {
        ModelRunner model = new Places(sequences * (MOST + 512));
        EngineLimits limits = new EngineLimits(sequences, 4096, sequences, 0, true);
        Scheduler admitting =
                new Scheduler(model, limits, EngineObserver.NONE, new Masks(() -> {}), (sequence, last) -> {});
        scheduler = admitting;
        running.clear();
        List<StepResult.Row> rows = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            Sequence sequence = new Sequence(Requests.counting(i, 20).max(MOST).request(), cancelled -> {});
            running.add(sequence);
            rows.add(new StepResult.Row(1, null, List.of()));
            admitting.add(sequence);
        }
        result = new StepResult(rows);
        while (running.stream().anyMatch(sequence -> sequence.completionTokens() == 0)) {
            step();
        }
    }

    @Benchmark
    public int step() {
        Scheduler books = Objects.requireNonNull(scheduler);
        books.complete(Objects.requireNonNull(books.next()), result);
        int read = 0;
        for (Sequence sequence : running) {
            read += sequence.generation().poll().isPresent() ? 1 : 0;
        }
        return read;
    }

    /** Room for everything; it is never run. */
    private record Places(int places) implements ModelRunner {
        @Override
        public Limits limits() {
            return new Limits(TestEngine.VOCABULARY, places, MOST + 512, 0);
        }

        @Override
        public StepResult run(Batch batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void copyPlaces(int from, int to, int length) {}

        @Override
        public void loadAdapter(BankImage adapter, int firstColumn) {}

        @Override
        public void clearColumns(int firstColumn, int count) {}

        @Override
        public void erasePieces(Collection<Integer> sharers) {}

        @Override
        public void close() {}
    }
}
