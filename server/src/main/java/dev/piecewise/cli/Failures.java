package dev.piecewise.cli;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what went wrong into one line on standard error and an exit status: 1, or 2 for a usage that cannot be. */
public final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception problem, CommandLine command, ParseResult parsed) {
        command.getErr().println("piecewise: " + explain(problem));
        return 1;
    }

    private static String explain(Exception problem) {
        return switch (problem) {
            case ServingException answer -> answer.text();
            case BadFileException file -> file.text();
            default -> unexpected(problem);
        };
    }

    /** A fault of ours: says where, so that a report of it is of use. */
    private static String unexpected(Exception problem) {
        String at = List.of(problem.getStackTrace()).stream()
                .filter(frame -> frame.getClassName().startsWith("dev.piecewise"))
                .findFirst()
                .map(frame -> " at " + frame)
                .orElse("");
        String message = String.valueOf(problem.getMessage()).strip().replace('\n', ' ');
        return "internal error: %s: %s%s".formatted(problem.getClass().getSimpleName(), message, at);
    }

    /** For files that a command was pointed at and that are not there. */
    static Path existing(Path path, String option) {
        if (!java.nio.file.Files.exists(path)) {
            throw ServingException.invalid(option, "%s: %s does not exist".formatted(option, path));
        }
        return path;
    }
}
