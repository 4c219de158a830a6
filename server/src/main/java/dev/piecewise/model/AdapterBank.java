package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The columns that merged adapters are written to, one column for each rank. Laid out as the
 * script's {@code adapters.py} describes; a group has no memory until some adapter touches it. Confined to the engine's thread.
 */
final class AdapterBank implements AutoCloseable {
    private final BaseModel base;
    private final int columns;
    private final PtNDArray absent;
    private final HostTensor flat;
    private final PtNDArray[] a;
    private final PtNDArray[] b;
    private IValue listA;
    private IValue listB;

    AdapterBank(BaseModel base, int columns) {
        this.base = base;
        this.columns = columns;
        int layers = base.config().layers();
        absent = base.zeros(0);
        flat = new HostTensor(base.script(), DataType.FLOAT32, 1024);
        a = new PtNDArray[layers * ProjectionGroup.COUNT];
        b = new PtNDArray[layers * ProjectionGroup.RUNS];
        Arrays.fill(a, absent);
        Arrays.fill(b, absent);
        listA = IValue.listFrom(a);
        listB = IValue.listFrom(b);
    }

    int columns() {
        return columns;
    }

    IValue a() {
        return listA;
    }

    IValue b() {
        return listB;
    }

    /** Writes the adapter's factors and zeroes what else these columns hold. */
    void load(LoraAdapter adapter, int firstColumn) {
        allocate(adapter);
        if (!covers(adapter)) {
            base.script()
                    .call("clear_columns")
                    .with(listA)
                    .with(listB)
                    .ints(firstColumn, adapter.rank(), columns)
                    .run();
        }
        adapter.sites().forEach((site, factors) -> write(site, factors, firstColumn, adapter.rank()));
    }

    /** Whether the adapter fills its columns wherever the bank has some. */
    private boolean covers(LoraAdapter adapter) {
        int members = 0;
        for (int layer = 0; layer < base.config().layers(); layer++) {
            for (ProjectionGroup group : ProjectionGroup.values()) {
                members += a[group.at(layer)].size() == 0 ? 0 : group.members().size();
            }
        }
        return members == adapter.sites().size()
                && adapter.sites().values().stream().allMatch(factors -> factors.rank() == adapter.rank());
    }

    /** Site by site, so that what is written passes through the cache once. */
    private void write(Site site, Factors factors, int firstColumn, int rank) {
        ProjectionGroup group = ProjectionGroup.of(site.projection());
        int run = group.runOf(site.projection());
        base.script()
                .call("write_site")
                .with(listA)
                .with(listB)
                .tensor(flat.write(factors.a(), factors.b()))
                .ints(
                        group.at(site.layer()),
                        group.members().size(),
                        group.members().indexOf(site.projection()),
                        group.at(site.layer(), run),
                        group.runs().get(run).indexOf(site.projection()),
                        factors.rank(),
                        factors.in(),
                        factors.out())
                .ints(firstColumn, rank)
                .run();
    }

    private void allocate(LoraAdapter adapter) {
        boolean grown = false;
        try {
            for (Site site : adapter.sites().keySet()) {
                ProjectionGroup group = ProjectionGroup.of(site.projection());
                int at = group.at(site.layer());
                if (a[at].size() == 0) {
                    allocate(site.layer(), group, at);
                    grown = true;
                }
            }
        } finally {
            if (grown) {
                listA.close();
                listB.close();
                listA = IValue.listFrom(a);
                listB = IValue.listFrom(b);
            }
        }
    }

    /** What counts as allocated is A, so it comes last: memory may not suffice for all. */
    private void allocate(int layer, ProjectionGroup group, int at) {
        ModelConfig config = base.config();
        int in = config.in(group.members().getFirst());
        for (int run = 0; run < group.runs().size(); run++) {
            List<Projection> members = group.runs().get(run);
            b[group.at(layer, run)] = base.zeros(members.size(), columns, config.out(members.getFirst()));
        }
        a[at] = base.zeros((long) columns * group.members().size() * in);
    }

    @Override
    public void close() {
        listA.close();
        listB.close();
        absent.close();
        flat.close();
        Stream.of(a, b).flatMap(Arrays::stream).forEach(PtNDArray::close);
    }
}
