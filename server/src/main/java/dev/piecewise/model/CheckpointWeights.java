package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * Tensors of a checkpoint. Each is mapped on its own and unmapped once converted, so that loading never holds a file in memory; what exceeds a byte buffer comes in
 * parts of whole rows. bfloat16 goes over as bytes and becomes bfloat16 inside the script, because DJL cannot name the type.
 */
final class CheckpointWeights implements WeightSource {
    private static final long PART_BYTES = 1L << 30;

    private final TorchScript script;
    private final Checkpoint checkpoint;
    private final Precision precision;
    private final long partBytes;

    CheckpointWeights(TorchScript script, Checkpoint checkpoint, Precision precision) {
        this(script, checkpoint, precision, PART_BYTES);
    }

    CheckpointWeights(TorchScript script, Checkpoint checkpoint, Precision precision, long partBytes) {
        this.script = script;
        this.checkpoint = checkpoint;
        this.precision = precision;
        this.partBytes = partBytes;
    }

    @Override
    public PtNDArray tensor(PtNDManager owner, String name, long... shape) {
        SafetensorsFile file = checkpoint.tensor(name).file();
        TensorInfo info = checkpoint.tensor(name).info();
        if (!info.hasShape(shape)) {
            throw new BadFileException(
                    file.path(),
                    "tensor %s is %s, expected %s".formatted(name, info, java.util.Arrays.toString(shape)));
        }
        long rowBytes = info.bytes() / shape[0];
        long rows = Math.max(1, Math.min(shape[0], partBytes / rowBytes));
        try (FileChannel channel = FileChannel.open(file.path());
                PtNDManager scope = owner.newSubManager(owner.getDevice())) {
            PtNDArray[] parts = new PtNDArray[(int) ((shape[0] + rows - 1) / rows)];
            for (int i = 0; i < parts.length; i++) {
                long first = i * rows;
                long count = Math.min(rows, shape[0] - first);
                long[] size = shape.clone();
                size[0] = count;
                parts[i] = part(channel, info, info.offset() + first * rowBytes, count * rowBytes, size);
                parts[i].attach(scope);
            }
            PtNDArray whole = parts.length == 1
                    ? parts[0]
                    : script.call("join").tensors(parts).keep();
            whole.attach(owner);
            if (script.call("finite").tensor(whole).floats()[0] == 0) {
                throw new BadFileException(
                        file.path(), "tensor %s holds a value that is no number (NaN or infinite)".formatted(name));
            }
            return whole;
        } catch (IOException e) {
            throw BadFileException.of(file.path(), e);
        }
    }

    private PtNDArray part(FileChannel channel, TensorInfo info, long offset, long bytes, long[] size)
            throws IOException {
        try (Arena arena = Arena.ofShared();
                PtNDManager scope =
                        script.manager().newSubManager(script.manager().getDevice())) {
            MemorySegment mapped = channel.map(MapMode.READ_ONLY, offset, bytes, arena);
            PtNDArray raw = scope.create(mapped.asByteBuffer(), new Shape(bytes), DataType.UINT8);
            return script.call("as_type")
                    .tensor(raw)
                    .number(Precision.codeOf(info.dtype()))
                    .number(precision.code())
                    .ints(size)
                    .keep();
        }
    }
}
