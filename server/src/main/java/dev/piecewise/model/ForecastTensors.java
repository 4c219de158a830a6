package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.GainForecast;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A pool's forecast on the device.
 *
 * @param scales for each of the model's layers what site scores are multiplied by, and what forecasts are
 * @param list the directions of states and of errors [rank, hidden], the weights [sharers, (rank + 1) (rank + 1)]; float32
 */
record ForecastTensors(double[] scales, IValue list, List<PtNDArray> arrays) implements AutoCloseable {

    static ForecastTensors of(BaseModel base, GainForecast forecast) {
        long features = forecast.features();
        List<PtNDArray> arrays = List.of(
                onDevice(base.script(), forecast.states(), forecast.rank(), forecast.hidden()),
                onDevice(base.script(), forecast.errors(), forecast.rank(), forecast.hidden()),
                onDevice(base.script(), forecast.weights(), forecast.sharers(), features));
        double[] scales = new double[2 * base.config().layers()];
        for (int layer = 0; 2 * layer < scales.length; layer++) {
            scales[2 * layer] = forecast.siteScale(layer);
            scales[2 * layer + 1] = forecast.gainScale(layer);
        }
        return new ForecastTensors(scales, IValue.listFrom(arrays.toArray(PtNDArray[]::new)), arrays);
    }

    private static PtNDArray onDevice(TorchScript script, float[] values, long... shape) {
        try (PtNDManager scope = script.manager().newSubManager(Device.cpu());
                PtNDArray like = script.manager().create(new Shape(1), DataType.FLOAT32)) {
            return script.call("as_stack")
                    .tensor(scope.create(FloatBuffer.wrap(values), new Shape(shape), DataType.FLOAT32))
                    .number(1.0)
                    .tensor(like)
                    .keep();
        }
    }

    @Override
    public void close() {
        list.close();
        arrays.forEach(PtNDArray::close);
    }
}
