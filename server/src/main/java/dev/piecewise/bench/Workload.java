package dev.piecewise.bench;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.model.BaseModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What the sequences run with: made once, before anything is timed. */
final class Workload {
    private final BenchOptions options;
    private final Adaptation base = new Adaptation.Base("random");
    private final BankLayout layout;
    private final RandomAdapters random;
    private final List<Adaptation> adaptations = new ArrayList<>();
    private Optional<Pool> pool = Optional.empty();

    private Workload(BaseModel model, BenchOptions options) {
        this.options = options;
        this.layout = model.bankLayout();
        this.random = new RandomAdapters(model.bankLayout());
    }

    static Workload of(BaseModel model, BenchOptions options) {
        Workload workload = new Workload(model, options);
        switch (options.adapters()) {
            case NONE -> {}
            case DISTINCT -> workload.addMerged(options.most());
            case SAME -> workload.addMerged(1);
            case POOL -> workload.addPlans();
        }
        return workload;
    }

    Adaptation base() {
        return base;
    }

    /** Adapters that need a slot at once. */
    int slots() {
        return switch (options.adapters()) {
            case NONE, POOL -> 0;
            case DISTINCT -> options.most();
            case SAME -> 1;
        };
    }

    /** One for each sequence; empty when only the base is measured. */
    List<Adaptation> adaptations(int sequences) {
        return switch (options.adapters()) {
            case NONE -> List.of();
            case DISTINCT, POOL -> adaptations.subList(0, sequences);
            case SAME -> Collections.nCopies(sequences, adaptations.getFirst());
        };
    }

    /** The pool to make resident, which is given away: its numbers need not stay on the host. */
    Optional<Pool> takePool() {
        Optional<Pool> taken = pool;
        pool = Optional.empty();
        return taken;
    }

    /** Merging one plan of three pieces on the host, the median of several. */
    double mergeSeconds() {
        Pool few = random.pool(base.fingerprint(), 3, options.rank());
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Plan plan = random.plan(few);
            long start = System.nanoTime();
            BankImage adapter = layout.image(Merger.merge(plan, few, Merge.PRODUCT));
            seconds.add((System.nanoTime() - start) * 1e-9);
            if (adapter.rank() > 3 * options.rank()) {
                throw new IllegalStateException("merged more pieces than were chosen");
            }
        }
        return StepClock.median(seconds);
    }

    /** Choosing pieces from a pool of some sharers for a history of so many items of {@code each} tokens. */
    double planSeconds(BaseModel model, int items, int each) {
        return new PlanTime(model, random.pool(base.fingerprint(), 8, options.rank())).seconds(items, each);
    }

    private void addMerged(int count) {
        for (int i = 0; i < count; i++) {
            adaptations.add(random.merged("adapter-" + i, options.rank()));
        }
    }

    private void addPlans() {
        Pool made = random.pool(base.fingerprint(), options.sharers(), options.rank());
        for (int i = 0; i < options.most(); i++) {
            Plan plan = random.plan(made);
            adaptations.add(Plans.resident(plan, made));
        }
        pool = Optional.of(made);
    }
}
