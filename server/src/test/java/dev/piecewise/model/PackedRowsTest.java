package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with packed weights, on this machine's kernels. */
final class PackedRowsTest {
    private static final int BATCH = 16;

    private final TorchScript script = new TorchScript(Device.cpu());

    @AfterEach
    void close() {
        script.close();
    }

    @ParameterizedTest
    @CsvSource({"64, 256", "2560, 2048", "96, 400", "2048, 400", "256, 5632", "1000, 100"})
    void aRowComesOutTheSameHoweverManyThereAre(int outputs, int inputs) {
        assumeThat(script.call("packs").floats()[0]).isEqualTo(1);
        try (PtNDArray w = random(1, outputs, inputs);
                PtNDArray packed = script.call("pack").tensor(w).number(BATCH).keep();
                PtNDArray x = random(2, BATCH, inputs)) {
            float[] all = linear(x, packed);
            for (int rows = 1; rows < BATCH; rows++) {
                try (NDArray some = x.get("0:" + rows)) {
                    assertThat(linear((PtNDArray) some, packed))
                            .as("%d rows", rows)
                            .isEqualTo(Arrays.copyOf(all, rows * outputs));
                }
            }
        }
    }

    @Test
    void anInt8RowComesOutTheSameHoweverManyThereAre() {
        assumeThat(script.call("packs").floats()[0]).isEqualTo(1);
        try (PtNDArray w = random(1, 512, 256);
                PtNDArray x = random(2, BATCH, 256)) {
            PtNDArray[] quantized = script.call("quantize").tensor(w).keepAll();
            float[] all = linearInt8(x, quantized);
            for (int rows = 1; rows < BATCH; rows++) {
                try (NDArray some = x.get("0:" + rows)) {
                    assertThat(linearInt8((PtNDArray) some, quantized))
                            .as("%d rows", rows)
                            .isEqualTo(Arrays.copyOf(all, rows * 512));
                }
            }
        }
    }

    private PtNDArray random(int seed, long rows, long columns) {
        return new RandomWeights(script, Precision.BFLOAT16, seed).tensor(script.manager(), "x", rows, columns);
    }

    private float[] linear(PtNDArray x, PtNDArray w) {
        try (NDArray none = script.manager().create(new float[0])) {
            return values(script.call("linear")
                    .tensor(x)
                    .tensor(w)
                    .tensor(none)
                    .number(PackedRows.fewest())
                    .tensor(none)
                    .keep());
        }
    }

    private float[] linearInt8(PtNDArray x, PtNDArray[] quantized) {
        try (NDArray none = script.manager().create(new float[0])) {
            return values(script.call("linear_int8")
                    .tensor(x)
                    .tensor(quantized[0])
                    .tensor(quantized[1])
                    .tensor(none)
                    .number(PackedRows.fewest())
                    .tensor(none)
                    .keep());
        }
    }

    private static float[] values(PtNDArray bfloat16) {
        try (bfloat16;
                NDArray floats = bfloat16.toType(DataType.FLOAT32, true)) {
            return floats.toFloatArray();
        }
    }
}
