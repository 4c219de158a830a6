package dev.piecewise.engine;

import dev.piecewise.adapter.BankImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Measures what the engine's loop itself costs: the model answers at once. Run by hand: {@code LoopCost [sequences] [steps]}. */
public final class LoopCost {
    private static final int VOCABULARY = 32_000;
    private static final int PROMPT = 64;

    private final int sequences;
    private final int steps;

    private LoopCost(int sequences, int steps) {
        this.sequences = sequences;
        this.steps = steps;
    }

    public static void main(String[] arguments) throws Exception {
        int sequences = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64;
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2000;
        LoopCost cost = new LoopCost(sequences, steps);
        Sampling sampled = new Sampling(0.8, 40, 0.9, 0, 1, 0, 0, Map.of(), 1, -1);
        Sampling penalized = new Sampling(0.8, 40, 0.9, 0, 1.1, 0.5, 0.5, Map.of(), 1, -1);
        for (int i = 0; i < 4; i++) {
            cost.decode("greedy", Sampling.GREEDY);
            cost.decode("sampled", sampled);
            cost.decode("penalized", penalized);
            cost.admit();
        }
    }

    /** All sequences run together to their end, each with a reader of its own. */
    private void decode(String name, Sampling sampling) throws Exception {
        InstantModel model = new InstantModel(sequences * (PROMPT + steps));
        EngineLimits limits = new EngineLimits(sequences, 8192, sequences, 0, true);
        try (LocalEngine engine = new LocalEngine("cost", model, limits, EngineObserver.NONE);
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Random random = new Random(1);
            List<Future<Completion>> completions = new ArrayList<>();
            for (int i = 0; i < sequences; i++) {
                Requests request = Requests.of(prompt(random)).max(steps).sampling(sampling);
                Generation generation = engine.submit(request.request());
                completions.add(readers.submit(() -> Completion.of(generation)));
            }
            for (Future<Completion> completion : completions) {
                completion.get();
            }
        }
        double perStep = (model.last - model.first) / 1e3 / model.steps;
        print("%-10s %d sequences: %.1f us a step, %.0f ns a token"
                .formatted(name, sequences, perStep, perStep * 1000 / sequences));
    }

    /** One request after the other, with thousands of cached prefixes that begin alike. */
    private void admit() throws Exception {
        int requests = 5000;
        InstantModel model = new InstantModel(requests * (PROMPT + 4));
        EngineLimits limits = new EngineLimits(sequences, 8192, requests, 0, true);
        Random random = new Random(1);
        int[] beginning = prompt(random);
        try (LocalEngine engine = new LocalEngine("cost", model, limits, EngineObserver.NONE)) {
            long start = 0;
            for (int i = 0; i < requests; i++) {
                int[] prompt = beginning.clone();
                for (int j = PROMPT / 2; j < PROMPT; j++) {
                    prompt[j] = random.nextInt(VOCABULARY);
                }
                start = i == requests - 500 ? System.nanoTime() : start;
                Completion.of(engine.submit(Requests.of(prompt).max(2).request()));
            }
            print("%-10s %d prefixes: %.1f us a request of two steps"
                    .formatted("admission", 4096, (System.nanoTime() - start) / 1e3 / 500));
        }
    }

    private static int[] prompt(Random random) {
        return random.ints(PROMPT, 0, VOCABULARY).toArray();
    }

    private static void print(String line) {
        System.err.println(line);
    }

    /** Chooses some token and computes nothing. */
    private static final class InstantModel implements ModelRunner {
        private final Limits limits;
        private volatile int steps;
        private volatile long first;
        private volatile long last;

        InstantModel(int places) {
            limits = new Limits(VOCABULARY, places, 1 << 20, 0);
        }

        @Override
        public Limits limits() {
            return limits;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
        public StepResult run(Batch batch) {
            first = steps == 0 ? System.nanoTime() : first;
            steps++;
            List<StepResult.Row> rows = new ArrayList<>(batch.spans().size());
            for (Span span : batch.spans()) {
                int token = (span.position() * 31 + span.extent()) % VOCABULARY;
                rows.add(new StepResult.Row(span.sample() == null ? -1 : token, null, List.of()));
            }
            last = System.nanoTime();
            return new StepResult(rows);
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
