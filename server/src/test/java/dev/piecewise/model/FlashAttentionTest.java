package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a GPU's attention of a whole batch is given, and that CPUs are not asked for it. */
class FlashAttentionTest {
    @TempDir
    Path directory;

    @Test
    void everySpanHasItsQueriesAndItsKeys() {
        try (TorchScript script = new TorchScript(Device.cpu());
                PtNDArray like = (PtNDArray) script.manager().create(0f)) {
            // rows, extent, position: 5 at 40 from 0; 1 at 0 from 7; 4 at 20 from 9
            PtNDArray[] tables = script.call("flash_tables")
                    .ints(0, 5, 40, 0, 5, 1, 0, 7, 6, 4, 20, 9)
                    .tensor(like)
                    .keepAll();
            assertThat(tables).extracting(PtNDArray::getDataType).containsOnly(DataType.INT32);
            assertThat(tables[0].toIntArray()).as("where queries begin").containsExactly(0, 5, 6, 10);
            assertThat(tables[1].toIntArray()).as("where keys begin").containsExactly(40, 0, 20, 0);
            assertThat(tables[2].toIntArray()).as("how many keys").containsExactly(5, 8, 13);
        }
    }

    @Test
    void whereTheDeviceHasNoSuchCallSequencesAttendOneByOne() {
        try (TinyRunner tiny = TinyRunner.of(TinyCheckpoint.llama(), directory)) {
            FlashAttention flash = new FlashAttention(tiny.base.script(), tiny.config);
            assertThat(flash.agrees(0)).as("CPUs lack it").isFalse();
            assertThat(tiny.base.attendsAtOnce()).isFalse();
        }
    }
}
