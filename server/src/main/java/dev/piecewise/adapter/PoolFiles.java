package dev.piecewise.adapter;

import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where pools lie: each in a directory of its own, with a description and a file of pieces. */
public final class PoolFiles {
    static final String DESCRIPTION = "pool.json";
    static final String PIECES = "pieces.safetensors";
    static final int FORMAT = 1;

    private PoolFiles() {}

    /** Whether the directory holds a pool that was published; what a killed process left behind is none. */
    public static boolean isPool(Path directory) {
        return !AtomicFiles.isTemporary(directory) && Files.isRegularFile(directory.resolve(DESCRIPTION));
    }

    /** The directories of the pools right below {@code root}, by name. */
    public static List<Path> list(Path root) {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(PoolFiles::isPool).sorted().toList();
        } catch (IOException e) {
            throw BadFileException.of(root, e);
        }
    }
}
