package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

    @BeforeEach
    void onlyWhereWeightsArePacked() {
        assumeThat(script.call("packs").floats()[0]).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"64, 256", "2560, 2048", "96, 400", "2048, 400", "256, 5632", "1000, 100"})
    void aRowComesOutTheSameHoweverManyThereAre(int outputs, int inputs) {
        try (PtNDArray w = random(1, outputs, inputs);
                PtNDArray packed = script.call("pack").tensor(w).number(BATCH).keep()) {
            assertRowsAlike(
                    outputs, inputs, x -> script.call("linear").tensor(x).tensor(packed));
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 256", "2560, 2048", "256, 5632", "64, 14336"})
    void fewRowsComeOutAsOneDnnHasThem(int outputs, int inputs) {
        assumeThat(TorchOperators.present()).isTrue();
        try (PtNDArray w = random(1, outputs, inputs);
                PtNDArray none = (PtNDArray) script.manager().create(new float[0]);
                PtNDArray packed = script.call("pack").tensor(w).number(BATCH).keep()) {
            assertFewRowsAlike(packed, none, inputs, outputs);
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 64", "64, 256", "2560, 2048", "256, 5632", "64, 14336"})
    void fewRowsWithInt8ComeOutAsOneDnnHasThem(int outputs, int inputs) {
        assumeThat(TorchOperators.present()).isTrue();
        try (PtNDArray w = random(1, outputs, inputs)) {
            PtNDArray[] quantized = script.call("quantize").tensor(w).keepAll();
            assertFewRowsAlike(quantized[0], quantized[1], inputs, outputs);
        }
    }

    private void assertFewRowsAlike(PtNDArray packed, PtNDArray scales, int inputs, int outputs) {
        for (int rows : new int[] {4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 18, 31, 32, 33, 48, 64, 65, 112, 127, 128}) {
            assertThat(script.call("few_rows_differ")
                            .tensor(packed)
                            .tensor(scales)
                            .number(inputs)
                            .number(outputs)
                            .number(rows)
                            .floats())
                    .as("1, 2, 3 and %d rows", rows)
                    .containsExactly(0);
        }
    }

    @Test
    void anInt8RowComesOutTheSameHoweverManyThereAre() {
        try (PtNDArray w = random(1, 512, 256)) {
            PtNDArray[] quantized = script.call("quantize").tensor(w).keepAll();
            assertRowsAlike(
                    512,
                    256,
                    x -> script.call("linear_int8")
                            .tensor(x)
                            .tensor(quantized[0])
                            .tensor(quantized[1]));
        }
    }

    /** {@code product} lacks bias, fewest rows and what to add to. */
    private void assertRowsAlike(int outputs, int inputs, Function<NDArray, ScriptCall> product) {
        try (PtNDArray x = random(2, BATCH, inputs)) {
            float[] all = values(product.apply(x));
            for (int rows = 1; rows < BATCH; rows++) {
                try (NDArray some = x.get("0:" + rows)) {
                    assertThat(values(product.apply(some)))
                            .as("%d rows", rows)
                            .isEqualTo(Arrays.copyOf(all, rows * outputs));
                }
            }
        }
    }

    private PtNDArray random(int seed, long rows, long columns) {
        return new RandomWeights(script, Precision.BFLOAT16, seed).tensor(script.manager(), "x", rows, columns);
    }

    private float[] values(ScriptCall product) {
        try (NDArray none = script.manager().create(new float[0]);
                PtNDArray bfloat16 = product.tensor(none)
                        .number(PackedRows.fewest())
                        .tensor(none)
                        .keep();
                NDArray floats = bfloat16.toType(DataType.FLOAT32, true)) {
            return floats.toFloatArray();
        }
    }
}
