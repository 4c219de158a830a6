package dev.piecewise.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** A safetensors file of any size, mapped into memory and checked completely when opened. Closing it unmaps it; slices must not be used after that. */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment content;
    private final SequencedMap<String, TensorInfo> tensors;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path path, Arena arena, MemorySegment content) {
        this.path = path;
        this.arena = arena;
        this.content = content;
        SafetensorsHeader header = SafetensorsHeader.read(path, content);
        this.tensors = Collections.unmodifiableSequencedMap(header.tensors());
        this.metadata = header.metadata();
    }

    /** Maps the file and checks its header against its size. */
    public static SafetensorsFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw new BadFileException(path, "is a directory, not a safetensors file");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path)) {
            return new SafetensorsFile(path, arena, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            arena.close();
            throw BadFileException.of(path, e);
        } catch (BadFileException e) {
            arena.close();
            throw e;
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
        if (!tensor.dtype().isFloat()) {
            throw new BadFileException(
                    path,
                    "tensor %s has dtype %s; expected F32, F16, BF16 or F64".formatted(tensor.name(), tensor.dtype()));
        }
        if (tensor.elements() > Integer.MAX_VALUE - 8) {
            throw new BadFileException(
                    path,
                    "tensor %s has %d values, too many for one array".formatted(tensor.name(), tensor.elements()));
        }
        return FloatFormat.read(slice(tensor), tensor.dtype());
    }

    @Override
    public void close() {
        arena.close();
    }
}
