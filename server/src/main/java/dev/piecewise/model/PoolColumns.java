package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.PieceStack;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Pieces as columns beside the base's weights, in the same layout as they: all of them are multiplied with, whoever uses which. */
final class PoolColumns implements ResidentPool {
    private final BaseModel base;
    private final int sharers;
    private final int rank;
    private final PtNDArray absent;
    private final PtNDArray[] down;
    private final PtNDArray[] up;
    private IValue a;
    private IValue b;

    PoolColumns(BaseModel base, Optional<Pool> resident) {
        this.base = base;
        this.sharers = resident.map(pool -> pool.sharers().size()).orElse(0);
        this.rank = resident.map(Pool::rank).orElse(0);
        int layers = base.config().layers();
        down = new PtNDArray[layers * ProjectionGroup.COUNT];
        up = new PtNDArray[layers * ProjectionGroup.PROJECTIONS];
        absent = base.zeros(0);
        Arrays.fill(down, absent);
        Arrays.fill(up, absent);
        resident.ifPresent(this::place);
        a = IValue.listFrom(down);
        b = IValue.listFrom(up);
    }

    @Override
    public int sharers() {
        return sharers;
    }

    @Override
    public IValue a() {
        return a;
    }

    @Override
    public IValue b() {
        return b;
    }

    @Override
    public List<PtNDArray> tensors() {
        return ResidentPool.present(down, up);
    }

    @Override
    public void erase(Collection<Integer> gone) {
        long[] columns = gone.stream()
                .flatMapToLong(sharer -> LongStream.range(0, rank).map(column -> column * sharers + sharer))
                .toArray();
        try {
            erase(down, columns, 0);
            erase(up, columns, 1);
        } finally {
            a.close();
            b.close();
            a = IValue.listFrom(down);
            b = IValue.listFrom(up);
        }
    }

    /** Packed weights cannot be written to in part: they are overwritten, and others take their place. */
    private void erase(PtNDArray[] weights, long[] columns, int dimension) {
        for (int i = 0; i < weights.length; i++) {
            PtNDArray before = weights[i];
            if (before.size() > 0) {
                weights[i] = base.script()
                        .call("without_columns")
                        .tensor(before)
                        .ints(columns)
                        .ints((long) sharers * rank, dimension, base.packed() ? 1 : 0)
                        .keep();
                before.close();
            }
        }
    }

    private void place(Pool pool) {
        try (PtNDArray like = base.zeros(1)) {
            for (int layer = 0; layer < base.config().layers(); layer++) {
                for (ProjectionGroup group : ProjectionGroup.values()) {
                    place(pool, layer, group, like);
                }
            }
        }
    }

    private void place(Pool pool, int layer, ProjectionGroup group, PtNDArray like) {
        boolean touched =
                group.members().stream().anyMatch(member -> pool.sites().containsKey(new Site(layer, member)));
        if (!touched) {
            return;
        }
        ModelConfig config = base.config();
        try (PtNDManager scope = base.script().manager().newSubManager(ai.djl.Device.cpu())) {
            PtNDArray[] stacks = new PtNDArray[group.members().size()];
            for (int m = 0; m < stacks.length; m++) {
                Projection projection = group.members().get(m);
                PieceStack stack = pool.sites().get(new Site(layer, projection));
                int in = config.in(projection);
                Shape shape = new Shape(sharers, pool.rank(), in);
                stacks[m] = stack == null
                        ? (PtNDArray) scope.zeros(shape, DataType.FLOAT32)
                        : scope.create(FloatBuffer.wrap(stack.a()), shape, DataType.FLOAT32);
                if (stack != null) {
                    up[ProjectionGroup.at(new Site(layer, projection))] = up(scope, stack, pool, like);
                }
            }
            down[group.at(layer)] = base.script()
                    .call("pool_down")
                    .tensors(stacks)
                    .number(base.packed() ? 1 : 0)
                    .tensor(like)
                    .keep();
        }
    }

    private PtNDArray up(PtNDManager scope, PieceStack stack, Pool pool, PtNDArray like) {
        Shape shape = new Shape(stack.sharers(), stack.out(), stack.rank());
        return base.script()
                .call("pool_up")
                .tensor(scope.create(FloatBuffer.wrap(stack.b()), shape, DataType.FLOAT32))
                .number(pool.scale())
                .number(base.packed() ? 1 : 0)
                .tensor(like)
                .keep();
    }

    @Override
    public void close() {
        a.close();
        b.close();
        absent.close();
        Stream.of(down, up).flatMap(Arrays::stream).forEach(PtNDArray::close);
    }
}
