package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.PieceStack;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Site;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pool's pieces on the device as they are scored and installed while assembling.
 *
 * @param hash of the pool
 * @param keys how they score
 * @param tensors per site A (sharers, rank, in), scaled B (sharers, out, rank) and normed keys (sharers, in) and
 *     what bars sharers without a piece (sharers)
 * @param index per layer and projection where its four tensors begin, or -1
 */
record PieceTensors(
        String hash,
        Keys keys,
        IValue tensors,
        List<PtNDArray> arrays,
        long[] index,
        Optional<ForecastTensors> forecast)
        implements AutoCloseable {

    static PieceTensors of(BaseModel base, Pool pool) {
        long[] index = base.noSites();
        List<PtNDArray> arrays = new ArrayList<>();
        try (PtNDArray like = base.zeros(1)) {
            for (Map.Entry<Site, PieceStack> entry : pool.sites().entrySet()) {
                Site site = entry.getKey();
                index[ProjectionGroup.at(site)] = arrays.size();
                add(base.script(), entry.getValue(), pool.scale(), like, arrays);
                arrays.add(bars(base.script(), pool, site, like));
            }
        }
        return new PieceTensors(
                pool.hash(),
                pool.keys(),
                IValue.listFrom(arrays.toArray(PtNDArray[]::new)),
                arrays,
                index,
                pool.forecast().map(forecast -> ForecastTensors.of(base, forecast)));
    }

    private static void add(
            TorchScript script, PieceStack stack, double scale, PtNDArray like, List<PtNDArray> arrays) {
        try (PtNDManager scope = script.manager().newSubManager(Device.cpu())) {
            PtNDArray a = array(scope, stack.a(), stack.sharers(), stack.rank(), stack.in());
            PtNDArray b = array(scope, stack.b(), stack.sharers(), stack.out(), stack.rank());
            PtNDArray gate = array(scope, stack.gate(), stack.sharers(), stack.in());
            arrays.add(
                    script.call("as_stack").tensor(a).number(1.0).tensor(like).keep());
            arrays.add(
                    script.call("as_stack").tensor(b).number(scale).tensor(like).keep());
            arrays.add(script.call("key_rows").tensor(gate).tensor(like).keep());
        }
    }

    private static PtNDArray bars(TorchScript script, Pool pool, Site site, PtNDArray like) {
        float[] absent = new float[pool.sharers().size()];
        for (int sharer = 0; sharer < absent.length; sharer++) {
            absent[sharer] = pool.has(sharer, site) ? 0 : 1;
        }
        try (PtNDManager scope = script.manager().newSubManager(Device.cpu())) {
            return script.call("bars")
                    .tensor(array(scope, absent, absent.length))
                    .tensor(like)
                    .keep();
        }
    }

    private static PtNDArray array(PtNDManager scope, float[] values, long... shape) {
        return scope.create(FloatBuffer.wrap(values), new Shape(shape), DataType.FLOAT32);
    }

    @Override
    public void close() {
        tensors.close();
        arrays.forEach(PtNDArray::close);
        forecast.ifPresent(ForecastTensors::close);
    }
}
