package dev.piecewise.bench;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.bench.BenchReport.Adapted;
import dev.piecewise.bench.BenchReport.Prefill;
import dev.piecewise.bench.BenchReport.Row;
import dev.piecewise.engine.EngineLimits;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.Sampling;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceSpeed;
import dev.piecewise.model.TorchRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/** Measures an engine from inside its process: steps of the base and of adapters in turns, so that both see the same machine. */
public final class Bench implements AutoCloseable {
    private static final int WARM_UP = 6;

    private final BaseModel base;
    private final BenchOptions options;
    private final int threads;
    private final Workload workload;
    private final StepClock clock = new StepClock();
    private final DeviceSpeed device;
    private final ModelRunner.Limits limits;
    private final LocalEngine engine;
    private final SplittableRandom random = new SplittableRandom(3);

    public Bench(BaseModel base, BenchOptions options, int threads) {
        this.base = base;
        this.options = options;
        this.threads = threads;
        this.device = new DeviceSpeed(base);
        this.workload = Workload.of(base, options);
        int most = options.most();
        int places = most * (options.context() + options.tokens() + 8) + 2 * options.prompt();
        int length = Math.max(options.context() + options.tokens(), options.prompt()) + 8;
        this.limits = new ModelRunner.Limits(
                base.config().vocabulary(), places, length, Math.max(1, workload.slots() * options.rank()));
        this.engine = new LocalEngine(
                "bench",
                new TorchRunner(base, limits, workload.takePool()),
                new EngineLimits(
                        most,
                        Math.max(most, options.prompt()),
                        Math.max(most, ColdStart.AT_ONCE),
                        workload.slots(),
                        false,
                        length),
                clock);
    }

    /** Runs everything; {@code progress} hears the number of rows done. */
    public BenchReport run(String model, IntConsumer progress) throws InterruptedException {
        round(1, WARM_UP, List.of());
        List<Row> rows = new ArrayList<>();
        for (int sequences : options.sequences()) {
            rows.add(row(sequences));
            progress.accept(rows.size());
        }
        Prefill prefill = prefill();
        Optional<BenchReport.Cost> cost = new ColdStart(engine, base, workload).measure(options.prompt());
        BenchReport.Memory memory = new BenchReport.Memory(
                ProcessMemory.expected(base, limits, options), device.bytes(), ProcessMemory.peak());
        return new BenchReport(
                model, base.dtype(), threads, base.bytesPerStep(), prefill, List.copyOf(rows), cost, memory);
    }

    private Row row(int sequences) throws InterruptedException {
        List<Adaptation> adapted = workload.adaptations(sequences);
        List<Double> reading = new ArrayList<>();
        List<Double> products = new ArrayList<>();
        List<Double> plain = new ArrayList<>();
        List<Double> withAdapters = new ArrayList<>();
        List<Double> between = new ArrayList<>();
        for (int i = 0; i < options.rounds(); i++) {
            reading.add(device.bytesPerSecond());
            plain.addAll(round(sequences, options.tokens(), List.of()));
            between.add(clock.between());
            products.add(device.productSeconds(sequences, sequences));
            reading.add(device.bytesPerSecond());
            if (!adapted.isEmpty()) {
                withAdapters.addAll(round(sequences, options.tokens(), adapted));
            }
        }
        if (between.stream().allMatch(seconds -> Double.isNaN(seconds))) {
            throw ServingException.invalid(
                    "--tokens",
                    "too short to measure: %d tokens gave no two steps in a row in which all of %d sequences decoded"
                            .formatted(options.tokens(), sequences));
        }
        double step = StepClock.median(plain);
        double engineSeconds = StepClock.median(between);
        return new Row(
                sequences,
                step,
                StepClock.median(products),
                sequences / (step + engineSeconds),
                base.bytesPerStep() / step,
                StepClock.median(reading),
                engineSeconds,
                adapted(sequences, step, engineSeconds, withAdapters));
    }

    private static Optional<Adapted> adapted(int sequences, double step, double engineSeconds, List<Double> steps) {
        if (steps.isEmpty()) {
            return Optional.empty();
        }
        double adapted = StepClock.median(steps);
        return Optional.of(new Adapted(adapted, sequences / (adapted + engineSeconds), adapted / step - 1));
    }

    /** Seconds of each step in which all sequences decoded. */
    private List<Double> round(int sequences, int tokens, List<Adaptation> adaptations) throws InterruptedException {
        clock.begin(sequences);
        List<Generation> running = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            Adaptation adaptation = adaptations.isEmpty() ? workload.base() : adaptations.get(i);
            running.add(engine.submit(request(options.context(), tokens, adaptation)));
        }
        for (Generation generation : running) {
            finish(generation);
        }
        return clock.steps();
    }

    private Prefill prefill() throws InterruptedException {
        finish(engine.submit(request(options.prompt(), 1, workload.base())));
        clock.begin(0);
        double products = device.productSeconds(options.prompt(), 1);
        double rate = 0;
        for (int i = 0; i < options.rounds(); i++) {
            finish(engine.submit(request(options.prompt(), 1, workload.base())));
            products = Math.min(products, device.productSeconds(options.prompt(), 1));
            rate = Math.max(rate, device.operationsPerSecond());
        }
        double tokens = clock.prefillTokensPerSecond();
        return new Prefill(tokens, options.prompt() / products, tokens * 2 * base.linearValues() / rate);
    }

    private GenerationRequest request(int length, int tokens, Adaptation adaptation) {
        int[] prompt = random.ints(length, 0, base.config().vocabulary()).toArray();
        return new GenerationRequest("", prompt, tokens, 0, Set.of(), Sampling.GREEDY, false, adaptation);
    }

    /** Reads to the end; a failure is thrown. Returns the seconds to the first token. */
    static double finish(Generation generation) throws InterruptedException {
        long start = System.nanoTime();
        double first = 0;
        try (generation) {
            while (true) {
                switch (generation.next()) {
                    case TokenEvent.Token _ -> first = first == 0 ? (System.nanoTime() - start) * 1e-9 : first;
                    case TokenEvent.PromptScored _ -> {}
                    case TokenEvent.Finished _ -> {
                        return first;
                    }
                    case TokenEvent.Failed(var cause) -> throw cause;
                }
            }
        }
    }

    @Override
    public void close() {
        engine.close();
        device.close();
    }
}
