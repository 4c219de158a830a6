package dev.piecewise.training;

import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory of a training's checkpoints, one file for each group of users. */
public record Checkpoints(Path directory) {
    private static final String NAME = "training-";

    Path file(int group) {
        return directory.resolve(NAME + "%04d.safetensors".formatted(group));
    }

    /** Deletes them, once what was trained is stored; the directory too, unless something else is in it. */
    public void clear() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        delete(NAME + "*");
        deleteHalfWritten();
        String[] left = directory.toFile().list();
        if (left != null && left.length == 0) {
            deleteEmpty();
        }
    }

    /** What a process that was killed left of a checkpoint that it was writing. */
    void deleteHalfWritten() {
        if (Files.isDirectory(directory)) {
            delete("." + NAME + "*");
        }
    }

    private void delete(String names) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, names)) {
            for (Path file : files) {
                if (file.toString().endsWith(".safetensors") || AtomicFiles.isTemporary(file)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw BadFileException.of(directory, e);
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
