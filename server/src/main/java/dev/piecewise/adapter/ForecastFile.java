package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.checkpoint.TensorInfo;
import java.util.Arrays;
import java.util.Optional;

/** A forecast as four tensors of a pool's file of pieces. */
final class ForecastFile {
    static final int TENSORS = 4;
    private static final String SCALES = "forecast.scales";
    private static final String STATES = "forecast.states";
    private static final String ERRORS = "forecast.errors";
    private static final String WEIGHTS = "forecast.weights";

    private ForecastFile() {}

    static void add(GainForecast forecast, SafetensorsWriter pieces) {
        pieces.add(SCALES, DType.F32, forecast::scales, forecast.scales().length);
        pieces.add(STATES, DType.F32, forecast::states, forecast.rank(), forecast.hidden());
        pieces.add(ERRORS, DType.F32, forecast::errors, forecast.rank(), forecast.hidden());
        pieces.add(WEIGHTS, DType.F32, forecast::weights, forecast.sharers(), forecast.rank() + 1, forecast.rank() + 1);
    }

    /** Of so many sharers; nothing where the file has none. */
    static Optional<GainForecast> read(SafetensorsFile file, int sharers) {
        if (file.tensors().stream().noneMatch(tensor -> tensor.name().equals(WEIGHTS))) {
            return Optional.empty();
        }
        TensorInfo states = file.tensor(STATES);
        if (states.shape().length != 2) {
            throw new BadFileException(
                    file.path(),
                    "tensor %s has shape %s; expected two dimensions"
                            .formatted(STATES, Arrays.toString(states.shape())));
        }
        int rank = Math.toIntExact(states.shape()[0]);
        int hidden = Math.toIntExact(states.shape()[1]);
        try {
            return Optional.of(new GainForecast(
                    hidden,
                    rank,
                    file.floats(file.tensor(SCALES)),
                    values(file, STATES, rank, hidden),
                    values(file, ERRORS, rank, hidden),
                    values(file, WEIGHTS, sharers, rank + 1, rank + 1)));
        } catch (IllegalArgumentException e) {
            throw new BadFileException(file.path(), String.valueOf(e.getMessage()));
        }
    }

    private static float[] values(SafetensorsFile file, String name, long... shape) {
        return file.floats(file.require(name, shape));
    }
}
