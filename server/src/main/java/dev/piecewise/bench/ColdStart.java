package dev.piecewise.bench;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.engine.Engine;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.Sampling;
import dev.piecewise.model.BaseModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** How much later a user's first token comes when the engine has not seen its adapter before: same prompt lengths, idle engine, cold and warm in turns. */
final class ColdStart {
    private static final int PAIRS = 9;
    private static final int PROMPT = 8;
    /** Items of a plan, and how many of them its guard holds out. */
    private static final int ITEMS = 50;

    private static final int HELD_OUT = 5;
    /** Requests that it has under way at most. */
    static final int AT_ONCE = HELD_OUT;

    private static final Sampling SCORED = new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(), 0, 0);

    private final Engine engine;
    private final BaseModel base;
    private final Workload workload;
    private final SplittableRandom random = new SplittableRandom(5);

    ColdStart(Engine engine, BaseModel base, Workload workload) {
        this.engine = engine;
        this.base = base;
        this.workload = workload;
    }

    /** Empty when only the base is measured. */
    Optional<BenchReport.Cost> measure(int planTokens) throws InterruptedException {
        List<Adaptation> known = workload.adaptations(1);
        if (known.isEmpty()) {
            return Optional.empty();
        }
        List<Double> cold = new ArrayList<>();
        List<Double> warm = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            Adaptation unseen = renamed(known.getFirst(), "cold-" + i);
            cold.add(firstToken(unseen));
            warm.add(firstToken(unseen));
        }
        return Optional.of(new BenchReport.Cost(
                workload.mergeSeconds(),
                StepClock.median(cold),
                StepClock.median(warm),
                planSeconds(known.getFirst(), Math.max(2, planTokens / ITEMS)) / planTokens));
    }

    /** Choosing pieces with the older items, and what the guard does with the newest: it asks how likely the base makes them, and how likely the pieces. */
    private double planSeconds(Adaptation adaptation, int each) throws InterruptedException {
        List<Double> seconds = new ArrayList<>();
        for (int run = 0; run < PAIRS; run++) {
            long start = System.nanoTime();
            score(workload.base(), each);
            score(adaptation, each);
            seconds.add((System.nanoTime() - start) * 1e-9);
        }
        return workload.planSeconds(base, ITEMS - HELD_OUT, each) + StepClock.median(seconds);
    }

    private void score(Adaptation adaptation, int each) throws InterruptedException {
        List<Generation> items = new ArrayList<>();
        for (int item = 0; item < HELD_OUT; item++) {
            int[] tokens = random.ints(each, 0, base.config().vocabulary()).toArray();
            items.add(engine.submit(new GenerationRequest("", tokens, 1, 0, Set.of(), SCORED, true, adaptation)));
        }
        for (Generation item : items) {
            Bench.finish(item);
        }
    }

    /** The same numbers under a fingerprint that the engine does not know. */
    private static Adaptation renamed(Adaptation adaptation, String fingerprint) {
        return switch (adaptation) {
            case Adaptation.Base _ -> new Adaptation.Base(fingerprint);
            case Adaptation.Resident(var _, var gains) -> new Adaptation.Resident(fingerprint, gains);
            case Adaptation.Merged(var adapter, String _) ->
                new Adaptation.Merged(new BankImage(fingerprint, adapter.rank(), adapter.tiles()));
        };
    }

    private double firstToken(Adaptation adaptation) throws InterruptedException {
        int[] prompt = random.ints(PROMPT, 0, base.config().vocabulary()).toArray();
        return Bench.finish(
                engine.submit(new GenerationRequest("", prompt, 1, 0, Set.of(), Sampling.GREEDY, false, adaptation)));
    }
}
