package dev.piecewise.text;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;

/** The chat templates of a model directory. */
public final class ChatTemplates {
    private ChatTemplates() {}

    /** Empty for a checkpoint without one. A {@link dev.piecewise.checkpoint.BadFileException} names a file that cannot be read. */
    public static Optional<ChatTemplate> load(Path modelDirectory) {
        return load(modelDirectory, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #load(Path)}; a template that asks for the time reads {@code clock}. */
    static Optional<ChatTemplate> load(Path modelDirectory, Clock clock) {
        return Optional.empty();
    }
}
