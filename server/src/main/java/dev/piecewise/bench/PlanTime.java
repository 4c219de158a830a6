package dev.piecewise.bench;

import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.Pool;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.TorchSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** How long choosing a user's pieces takes: one forward pass over a history, in which the chosen pieces of every site are already at work. */
final class PlanTime {
    private static final int RUNS = 3;

    private final BaseModel base;
    private final Pool pool;
    private final SplittableRandom random = new SplittableRandom(23);

    PlanTime(BaseModel base, Pool pool) {
        this.base = base;
        this.pool = pool;
    }

    /** Seconds for so many items of {@code each} tokens, half of them answers; the median of a few. */
    double seconds(int count, int each) {
        List<Example> items = IntStream.range(0, count)
                .mapToObj(_ -> new Example(
                        random.ints(each, 0, base.config().vocabulary()).toArray(), each / 2))
                .toList();
        PieceSelector.Options options = new PieceSelector.Options(3, 1, Merge.PRODUCT);
        List<Double> seconds = new ArrayList<>();
        try (TorchSelector selector = new TorchSelector(base)) {
            for (int run = 0; run <= RUNS; run++) {
                long start = System.nanoTime();
                if (selector.select(pool, items, options).isEmpty()) {
                    throw new IllegalStateException("no piece was chosen");
                }
                seconds.add((System.nanoTime() - start) * 1e-9);
            }
        }
        return StepClock.median(seconds.subList(1, seconds.size()));
    }
}
