package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The columns that merged adapters are written to, one column for each rank. Per layer and projection group A (columns, members, in), per projection B (columns, out);
 * a group has no memory until some adapter touches it. Confined to the engine's thread.
 */
final class AdapterBank implements AutoCloseable {
    private final BaseModel base;
    private final int columns;
    private final PtNDArray absent;
    private final PtNDArray[] a;
    private final PtNDArray[] b;
    private IValue listA;
    private IValue listB;

    AdapterBank(BaseModel base, int columns) {
        this.base = base;
        this.columns = columns;
        int layers = base.config().layers();
        absent = base.zeros(0);
        a = new PtNDArray[layers * ProjectionGroup.COUNT];
        b = new PtNDArray[layers * ProjectionGroup.PROJECTIONS];
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

    /** Writes the adapter's factors and zeroes what else these columns hold, in one call of the script. */
    void load(LoraAdapter adapter, int firstColumn) {
        allocate(adapter);
        long values = adapter.bytes() / Float.BYTES;
        long[] layout = new long[adapter.sites().size() * 5];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flat = arena.allocate(ValueLayout.JAVA_FLOAT, values);
            long offset = 0;
            int i = 0;
            for (Map.Entry<Site, Factors> entry : adapter.sites().entrySet()) {
                Factors factors = entry.getValue();
                Projection projection = entry.getKey().projection();
                ProjectionGroup group = ProjectionGroup.of(projection);
                layout[i++] = group.at(entry.getKey().layer());
                layout[i++] = group.members().indexOf(projection);
                layout[i++] = ProjectionGroup.at(entry.getKey());
                layout[i++] = factors.rank();
                layout[i++] = offset;
                offset = copy(factors.a(), flat, offset);
                offset = copy(factors.b(), flat, offset);
            }
            write(flat, values, layout, firstColumn, adapter.rank());
        }
    }

    private static long copy(float[] values, MemorySegment flat, long offset) {
        MemorySegment.copy(values, 0, flat, ValueLayout.JAVA_FLOAT, offset * Float.BYTES, values.length);
        return offset + values.length;
    }

    private void write(MemorySegment flat, long values, long[] layout, int firstColumn, int rank) {
        try (PtNDArray all = base.script().manager().create(flat.asByteBuffer(), new Shape(values), DataType.FLOAT32)) {
            base.script()
                    .call("write_adapter")
                    .with(listA)
                    .with(listB)
                    .tensor(all)
                    .ints(layout)
                    .ints(firstColumn, rank)
                    .run();
        }
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
        for (Projection projection : group.members()) {
            b[ProjectionGroup.at(new Site(layer, projection))] = base.zeros(columns, config.out(projection));
        }
        a[at] = base.zeros(columns, group.members().size(), in);
    }

    @Override
    public void close() {
        listA.close();
        listB.close();
        absent.close();
        Stream.of(a, b).flatMap(Arrays::stream).forEach(PtNDArray::close);
    }
}
