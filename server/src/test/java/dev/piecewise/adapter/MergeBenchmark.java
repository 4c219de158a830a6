package dev.piecewise.adapter;

import dev.piecewise.bench.RandomShape;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.fixture.TinyPool;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What making a user's adapter of a plan costs, laid out for the device: two layers of a 1.1 B model, three pieces of rank 8 at each q, k, v and o. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class MergeBenchmark {
    private static final int BFLOAT16 = 2;
    private static final ModelConfig SHAPE = RandomShape.TINYLLAMA.layers(2);

    @Param({"PRODUCT", "FACTOR"})
    public Merge merge = Merge.PRODUCT;

    private final BankLayout layout = new BankLayout(SHAPE, BFLOAT16);
    private final Pool pool =
            TinyPool.of(SHAPE, "sha256:base", 3, 8, 1, Projection.Q, Projection.K, Projection.V, Projection.O);
    private final Plan plan = plan(pool);

    private static Plan plan(Pool pool) {
        List<Choice> choices = List.of(new Choice("s0", 0.5), new Choice("s1", 0.3), new Choice("s2", 0.2));
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        pool.sites().keySet().forEach(site -> sites.put(site, choices));
        return new Plan(pool.base(), pool.hash(), Merge.PRODUCT, choices.size(), sites, 10, Instant.EPOCH);
    }

    @Benchmark
    public BankImage image() {
        return layout.image(Merger.merge(plan, pool, merge));
    }
}
