package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.PieceStack;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.kernel.LowRank;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Pieces one after the other, A and B of each as {@link LowRank} reads them: a step reads those that its rows use, and no others. */
final class PoolPieces implements ResidentPool {
    private final BaseModel base;
    private final int sharers;
    private final int rank;
    private final PtNDArray absent;
    private final PtNDArray[] down;
    private final PtNDArray[] up;
    private final IValue nothing;
    private final long[] addressesA;
    private final long[] addressesB;

    PoolPieces(BaseModel base, Optional<Pool> resident) {
        this.base = base;
        this.sharers = resident.map(pool -> pool.sharers().size()).orElse(0);
        this.rank = resident.map(Pool::rank).orElse(0);
        int sites = base.config().layers() * ProjectionGroup.PROJECTIONS;
        absent = base.zeros(0);
        down = new PtNDArray[sites];
        up = new PtNDArray[sites];
        Arrays.fill(down, absent);
        Arrays.fill(up, absent);
        nothing = IValue.listFrom(down);
        resident.ifPresent(pool -> pool.sites().forEach((site, stack) -> place(pool, site, stack)));
        addressesA = addresses(down);
        addressesB = addresses(up);
    }

    private long[] addresses(PtNDArray... tensors) {
        try (IValue list = IValue.listFrom(tensors)) {
            return base.addresses(list);
        }
    }

    private void place(Pool pool, Site site, PieceStack stack) {
        int at = ProjectionGroup.at(site);
        Shape a = new Shape(sharers, rank, stack.in());
        Shape b = new Shape(sharers, stack.out(), rank);
        int strip = base.bankLayout().chunk(ProjectionGroup.of(site.projection()));
        try (PtNDArray like = base.zeros(1);
                PtNDManager scope = base.script().manager().newSubManager(Device.cpu())) {
            down[at] = base.script()
                    .call("pool_piece_down")
                    .tensor(scope.create(FloatBuffer.wrap(stack.a()), a, DataType.FLOAT32))
                    .number(LowRank.SPARE_VALUES)
                    .tensor(like)
                    .keep();
            up[at] = base.script()
                    .call("pool_piece_up")
                    .tensor(scope.create(FloatBuffer.wrap(stack.b()), b, DataType.FLOAT32))
                    .number(pool.scale())
                    .number(strip)
                    .tensor(like)
                    .keep();
        }
    }

    int rank() {
        return rank;
    }

    /** Where the first sharer's A of the site of this number ({@link ProjectionGroup#at(Site)}) begins; the others follow. */
    long addressA(int site) {
        return addressesA[site];
    }

    long addressB(int site) {
        return addressesB[site];
    }

    @Override
    public int sharers() {
        return sharers;
    }

    @Override
    public IValue a() {
        return nothing;
    }

    @Override
    public IValue b() {
        return nothing;
    }

    @Override
    public List<PtNDArray> tensors() {
        return ResidentPool.present(down, up);
    }

    @Override
    public void erase(Collection<Integer> gone) {
        for (int sharer : gone) {
            if (sharer < 0 || sharer >= sharers) {
                throw new IllegalArgumentException("there is no sharer %d among %d".formatted(sharer, sharers));
            }
            for (int site = 0; site < down.length; site++) {
                erase(down[site], sharer, LowRank.SPARE_VALUES);
                erase(up[site], sharer, 0);
            }
        }
    }

    private void erase(PtNDArray values, int sharer, int spare) {
        if (values.size() > 0) {
            long each = (values.size() - spare) / sharers;
            base.script()
                    .call("zero_values")
                    .tensor(values)
                    .number(sharer * each)
                    .number(each)
                    .run();
        }
    }

    @Override
    public void close() {
        nothing.close();
        absent.close();
        Stream.of(down, up).flatMap(Arrays::stream).forEach(PtNDArray::close);
    }
}
