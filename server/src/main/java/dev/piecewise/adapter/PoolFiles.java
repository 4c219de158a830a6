package dev.piecewise.adapter;

import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where pools lie. A pool's own directory has a description and a file of pieces; a directory that versions of a pool are published in has one such directory for each,
 * named by its content, and a file {@code current} with the content hash of the one that is served; {@code withdrawn.json} says who may not be in any.
 */
public final class PoolFiles {
    static final String DESCRIPTION = "pool.json";
    static final String PIECES = "pieces.safetensors";
    static final String CURRENT = "current";
    static final String WITHDRAWN = "withdrawn.json";
    static final int FORMAT = 1;
    private static final String HASH = "sha256:[0-9a-f]{64}";
    private static final int NAME_LENGTH = 16;

    private PoolFiles() {}

    /** Whether the directory holds a pool that was published; what a killed process left behind is none. */
    public static boolean isPool(Path directory) {
        return isVersion(directory) || hasVersions(directory);
    }

    /** The directories of the pools right below {@code root}, by name. */
    public static List<Path> list(Path root) {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(PoolFiles::isPool).sorted().toList();
        } catch (IOException e) {
            throw BadFileException.of(root, e);
        }
    }

    /** Where the versions are that this directory holds or is one of; the directory itself where there are none. */
    public static Path root(Path directory) {
        Path parent = directory.toAbsolutePath().getParent();
        return parent != null && !hasVersions(directory) && hasVersions(parent) ? parent : directory;
    }

    /** Whether versions of a pool are published in this directory. */
    static boolean hasVersions(Path directory) {
        return Files.isRegularFile(directory.resolve(CURRENT));
    }

    /** Whether this is a pool's own directory. */
    static boolean isVersion(Path directory) {
        return !AtomicFiles.isTemporary(directory) && Files.isRegularFile(directory.resolve(DESCRIPTION));
    }

    /** The directory itself, or that of the current version published in it. */
    static Path version(Path directory) {
        if (hasVersions(directory)) {
            Path pointer = directory.resolve(CURRENT);
            try {
                String hash = Files.readString(pointer).strip();
                if (!hash.matches(HASH)) {
                    throw new BadFileException(pointer, "does not hold the content hash of a pool");
                }
                return directory.resolve(name(hash));
            } catch (IOException e) {
                throw BadFileException.of(pointer, e);
            }
        }
        if (isVersion(directory)) {
            return directory;
        }
        throw new BadFileException(directory, "is no pool: it has no %s or was never published".formatted(DESCRIPTION));
    }

    /** What a version's directory is called. */
    static String name(String hash) {
        return hash.substring(hash.indexOf(':') + 1).substring(0, NAME_LENGTH);
    }
}
