package dev.piecewise.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Publishing of files and directories: whoever looks sees the old state or the whole new one, also after a loss of power. Content is written under a temporary name
 * beside the target (a dot, the target's name, {@code .tmp-} and a random part), forced to disk and renamed.
 */
public final class AtomicFiles {
    private static final String MARK = ".tmp-";

    private AtomicFiles() {}

    /** Writes content to the path it is given. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path path) throws IOException;
    }

    /** Whether the path has a name that content under construction has; left behind when a process was killed. */
    public static boolean isTemporary(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(".") && name.contains(MARK);
    }

    /** Writes a file, replacing one of that name. */
    public static void file(Path target, Content content) {
        publish(target, temporary -> {
            content.writeTo(temporary);
            force(temporary);
        });
    }

    /** Writes a directory of plain files that must not exist yet. */
    public static void directory(Path target, Content content) {
        if (Files.exists(target)) {
            throw new BadFileException(target, "exists already and is not changed");
        }
        publish(target, temporary -> {
            Files.createDirectory(temporary);
            content.writeTo(temporary);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
                for (Path file : files) {
                    force(file);
                }
            }
            force(temporary);
        });
    }

    private static void publish(Path target, Content content) {
        Path absolute = target.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new BadFileException(target, "is no name for a file");
        }
        Path temporary = temporary(absolute);
        try {
            Files.createDirectories(parent);
            content.writeTo(temporary);
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
            force(parent);
        } catch (IOException e) {
            throw BadFileException.of(target, e);
        } finally {
            delete(temporary);
        }
    }

    private static void force(Path path) throws IOException {
        StandardOpenOption option = Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    /** A new name beside the target for content under construction, or for what is about to be deleted. */
    public static Path temporary(Path target) {
        return target.resolveSibling("." + target.getFileName() + MARK + UUID.randomUUID());
    }

    /** Deletes a file, or a directory of plain files, if it is there: what is left of an attempt that failed. */
    public static void delete(Path temporary) {
        try {
            if (Files.isDirectory(temporary)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
                    for (Path file : files) {
                        Files.deleteIfExists(file);
                    }
                }
            }
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw BadFileException.of(temporary, e);
        }
    }
}
