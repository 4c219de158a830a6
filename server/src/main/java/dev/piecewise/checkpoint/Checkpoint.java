package dev.piecewise.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * A base model's tensors: one {@code model.safetensors}, or the shards that {@code model.safetensors.index.json} lists. Tensors are found by their canonical names,
 * also where the files leave the prefix {@code model.} out. Closing it unmaps the files.
 */
public final class Checkpoint implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String PREFIX = "model.";

    private final Path directory;
    private final SequencedMap<String, SafetensorsFile> files = new LinkedHashMap<>();
    private final Map<String, Stored> tensors = new TreeMap<>();

    private Checkpoint(Path directory) {
        this.directory = directory;
    }

    /** A tensor and the file that holds it. */
    public record Stored(SafetensorsFile file, TensorInfo info) {
        public float[] floats() {
            return file.floats(info);
        }

        public MemorySegment slice() {
            return file.slice(info);
        }
    }

    /** Maps all files of the model and checks their headers, and that every listed shard and tensor is there. */
    public static Checkpoint open(Path directory) {
        Checkpoint checkpoint = new Checkpoint(directory);
        try {
            checkpoint.open();
            return checkpoint;
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    /** By its canonical name, such as {@code model.norm.weight}. */
    public Optional<Stored> find(String name) {
        Stored exact = tensors.get(name);
        if (exact == null && name.startsWith(PREFIX)) {
            return Optional.ofNullable(tensors.get(name.substring(PREFIX.length())));
        }
        return Optional.ofNullable(exact);
    }

    public Stored tensor(String name) {
        return find(name).orElseThrow(() -> new BadFileException(directory, "tensor %s is missing".formatted(name)));
    }

    public Path directory() {
        return directory;
    }

    /** The files that hold the tensors, each of them mapped. */
    public List<SafetensorsFile> files() {
        return List.copyOf(files.values());
    }

    /** All bytes of all tensors. */
    public long bytes() {
        return tensors.values().stream()
                .mapToLong(stored -> stored.info().bytes())
                .sum();
    }

    /** What the weights are stored as, going by the embedding. */
    public DType dtype() {
        return tensor(ExpectedTensors.EMBEDDING).info().dtype();
    }

    /** Checks that every tensor that the configuration asks for is there, as F32, F16 or BF16 and in the right shape. */
    public void verify(ModelConfig config) {
        ExpectedTensors.of(config).forEach((name, shape) -> {
            Stored stored = tensor(name);
            TensorInfo info = stored.info();
            if (!info.hasShape(shape)) {
                throw new BadFileException(
                        stored.file().path(),
                        "tensor %s has shape %s; config.json asks for %s"
                                .formatted(info.name(), Arrays.toString(info.shape()), Arrays.toString(shape)));
            }
            switch (info.dtype()) {
                case F32, F16, BF16 -> {}
                case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new BadFileException(
                            stored.file().path(),
                            "tensor %s has dtype %s; expected F32, F16 or BF16".formatted(info.name(), info.dtype()));
            }
        });
    }

    @Override
    public void close() {
        files.values().forEach(SafetensorsFile::close);
        files.clear();
        tensors.clear();
    }

    private void open() {
        if (!Files.isDirectory(directory)) {
            throw new BadFileException(directory, "is not a directory with a model");
        }
        if (Files.exists(directory.resolve(SINGLE))) {
            SafetensorsFile file = shard(SINGLE);
            file.tensors().forEach(info -> tensors.put(info.name(), new Stored(file, info)));
        } else if (Files.exists(directory.resolve(INDEX))) {
            openShards(directory.resolve(INDEX));
        } else {
            throw new BadFileException(directory, "holds neither %s nor %s".formatted(SINGLE, INDEX));
        }
    }

    private void openShards(Path index) {
        JsonFields map = JsonFields.read(index).requireObject("weight_map");
        for (String name : map.names()) {
            String shardName = map.requireString(name);
            if (!shardName.equals(String.valueOf(Path.of(shardName).getFileName()))) {
                throw map.bad(name, "lies in \"%s\", which is no plain file name".formatted(shardName));
            }
            SafetensorsFile shard = shard(shardName);
            TensorInfo info = shard.find(name).orElseThrow(() -> notInShard(index, name, shardName));
            tensors.put(name, new Stored(shard, info));
        }
    }

    private BadFileException notInShard(Path index, String name, String shardName) {
        String elsewhere = files.values().stream()
                .filter(file -> file.find(name).isPresent())
                .map(file -> "; it is in " + file.path().getFileName())
                .findFirst()
                .orElse("");
        return new BadFileException(
                index, "lists tensor %s in shard %s, which does not hold it%s".formatted(name, shardName, elsewhere));
    }

    private SafetensorsFile shard(String name) {
        SafetensorsFile open = files.get(name);
        if (open != null) {
            return open;
        }
        Path path = directory.resolve(name);
        if (!Files.exists(path)) {
            throw new BadFileException(directory, "shard %s of the model is missing".formatted(name));
        }
        SafetensorsFile file = SafetensorsFile.open(path);
        files.put(name, file);
        return file;
    }
}
