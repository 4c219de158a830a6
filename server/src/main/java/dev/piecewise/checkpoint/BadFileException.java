package dev.piecewise.checkpoint;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that is not what it should be. The message names the file, what in it is wrong and what was expected; it is meant for the person who gave the file. */
public final class BadFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadFileException(Path file, String reason) {
        this(file.toString(), reason, null);
    }

    /** {@code source} is what the reason is about when it is no file, such as "plan". */
    public BadFileException(String source, String reason) {
        this(source, reason, null);
    }

    private BadFileException(String source, String reason, @Nullable Throwable cause) {
        super(source + ": " + reason, cause);
    }

    /** A file that cannot be read or written. */
    public static BadFileException of(Path file, IOException cause) {
        String reason = cause instanceof NoSuchFileException
                ? "does not exist"
                : "cannot be read or written: " + cause.getMessage();
        return new BadFileException(file.toString(), reason, cause);
    }

    /** The message; a bad file exception always has one. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
