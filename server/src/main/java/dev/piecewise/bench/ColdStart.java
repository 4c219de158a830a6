package dev.piecewise.bench;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.engine.Engine;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.Sampling;
import dev.piecewise.model.BaseModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** How much later a user's first token comes when the engine has not seen its adapter before: same prompt lengths, idle engine, cold and warm in turns. */
final class ColdStart {
    private static final int PAIRS = 9;
    private static final int PROMPT = 8;

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
                workload.planSeconds(base, planTokens) / planTokens));
    }

    /** The same numbers under a fingerprint that the engine does not know. */
    private static Adaptation renamed(Adaptation adaptation, String fingerprint) {
        return switch (adaptation) {
            case Adaptation.Base _ -> new Adaptation.Base(fingerprint);
            case Adaptation.Resident(var _, var gains) -> new Adaptation.Resident(fingerprint, gains);
            case Adaptation.Merged(var adapter) ->
                new Adaptation.Merged(new BankImage(fingerprint, adapter.rank(), adapter.tiles()));
        };
    }

    private double firstToken(Adaptation adaptation) throws InterruptedException {
        int[] prompt = random.ints(PROMPT, 0, base.config().vocabulary()).toArray();
        return Bench.finish(
                engine.submit(new GenerationRequest("", prompt, 1, 0, Set.of(), Sampling.GREEDY, false, adaptation)));
    }
}
