package dev.piecewise.training;

import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory of a training's checkpoints, one file for each group of users. */
public record Checkpoints(Path directory) {
    private static final String FILES = "training-*.safetensors";

    Path file(int group) {
        return directory.resolve("training-%04d.safetensors".formatted(group));
    }

    /** Whether there is something to go on from. */
    public boolean present() {
        return Files.exists(file(0));
    }

    /** Deletes them, once what was trained is stored; the directory too, unless something else is in it. */
    public void clear() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, FILES)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw BadFileException.of(directory, e);
        }
        String[] left = directory.toFile().list();
        if (left != null && left.length == 0) {
            deleteEmpty();
        }
    }

    private void deleteEmpty() {
        try {
            Files.delete(directory);
        } catch (IOException e) {
            throw BadFileException.of(directory, e);
        }
    }
}
