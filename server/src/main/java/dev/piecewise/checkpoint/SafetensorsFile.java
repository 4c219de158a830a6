package dev.piecewise.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** A safetensors file of any size, mapped into memory and checked completely when opened. Closing it unmaps it; slices must not be used after that. */
public final class SafetensorsFile implements AutoCloseable {
    private static final int CHECKED_AT_ONCE = 1 << 16;

    private final Path path;
    private final Runnable unmap;
    private final MemorySegment content;
    private final SequencedMap<String, TensorInfo> tensors;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path path, Runnable unmap, MemorySegment content) {
        this.path = path;
        this.unmap = unmap;
        this.content = content;
        SafetensorsHeader header = SafetensorsHeader.read(path, content);
        this.tensors = Collections.unmodifiableSequencedMap(header.tensors());
        this.metadata = header.metadata();
    }

    /** Maps the file and checks its header against its size. */
    public static SafetensorsFile open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            return open(path, arena, arena::close);
        } catch (BadFileException e) {
            arena.close();
            throw e;
        }
    }

    /** As {@link #open}, but the file is unmapped by the garbage collector once it is no longer used; closing it does nothing. */
    public static SafetensorsFile openUntilUnused(Path path) {
        return open(path, Arena.ofAuto(), () -> {});
    }

    /** What lies in memory already; {@code name} is what messages call it. Closing it does nothing. */
    public static SafetensorsFile of(Path name, MemorySegment content) {
        return new SafetensorsFile(name, () -> {}, content);
    }

    private static SafetensorsFile open(Path path, Arena arena, Runnable unmap) {
        if (Files.isDirectory(path)) {
            throw new BadFileException(path, "is a directory, not a safetensors file");
        }
        try (FileChannel channel = FileChannel.open(path)) {
            return new SafetensorsFile(path, unmap, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw BadFileException.of(path, e);
        }
    }

    public Path path() {
        return path;
    }

    /** In the order of the header. */
    public Collection<TensorInfo> tensors() {
        return tensors.values();
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    public Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    public TensorInfo tensor(String name) {
        return find(name).orElseThrow(() -> new BadFileException(path, "tensor %s is missing".formatted(name)));
    }

    /** The tensor's bytes in the mapped file, little-endian; aligned to its values only if whoever wrote the file saw to it. */
    public MemorySegment slice(TensorInfo tensor) {
        return content.asSlice(tensor.offset(), tensor.bytes());
    }

    /** A copy of the values of an F16, BF16, F32 or F64 tensor. */
    public float[] floats(String name) {
        return floats(tensor(name));
    }

    /** A copy of the values of an F16, BF16, F32 or F64 tensor. */
    public float[] floats(TensorInfo tensor) {
        if (tensor.elements() > Integer.MAX_VALUE - 8) {
            throw new BadFileException(
                    path,
                    "tensor %s has %d values, too many for one array".formatted(tensor.name(), tensor.elements()));
        }
        float[] values = new float[(int) tensor.elements()];
        copy(tensor, 0, values, 0, values.length);
        return values;
    }

    /** Copies {@code length} values of an F16, BF16, F32 or F64 tensor from number {@code from} on. */
    public void copy(TensorInfo tensor, long from, float[] target, int at, int length) {
        if (!tensor.dtype().isFloat()) {
            throw new BadFileException(
                    path,
                    "tensor %s has dtype %s; expected F32, F16, BF16 or F64".formatted(tensor.name(), tensor.dtype()));
        }
        int width = tensor.dtype().bytes();
        FloatFormat.read(slice(tensor).asSlice(from * width, (long) length * width), tensor.dtype(), target, at);
    }

    /** A tensor that must be there, of this shape and without NaN or infinity. */
    public TensorInfo require(String name, long... shape) {
        TensorInfo tensor = tensor(name);
        if (!tensor.hasShape(shape)) {
            throw new BadFileException(
                    path,
                    "tensor %s has shape %s; expected %s"
                            .formatted(name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
        }
        requireFinite(tensor);
        return tensor;
    }

    /** Refuses a tensor with a value that is NaN or infinite. */
    public void requireFinite(TensorInfo tensor) {
        float[] part = new float[(int) Math.min(CHECKED_AT_ONCE, tensor.elements())];
        for (long from = 0; from < tensor.elements(); from += part.length) {
            int length = (int) Math.min(part.length, tensor.elements() - from);
            copy(tensor, from, part, 0, length);
            for (int i = 0; i < length; i++) {
                if (!Float.isFinite(part[i])) {
                    throw new BadFileException(path, "tensor %s holds NaN or infinity".formatted(tensor.name()));
                }
            }
        }
    }

    @Override
    public void close() {
        unmap.run();
    }
}
