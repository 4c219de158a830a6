package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.setup.SetupException;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what went wrong into one line on standard error and an exit status: 1, 2 for a usage that cannot be, 130 for Ctrl-C. */
final class Failures implements IExecutionExceptionHandler {
    private static final int INTERRUPTED = 130;

    @Override
    public int handleExecutionException(Exception problem, CommandLine command, ParseResult parsed) {
        return switch (problem) {
            case ParameterException usage -> {
                command.getErr().println(usage.getMessage());
                yield 2;
            }
            case SetupException known -> {
                command.getErr().println("piecewise loadtest: " + known.getMessage());
                yield 1;
            }
            case InterruptedException _ -> {
                command.getErr().println("piecewise loadtest: stopped before anything was measured");
                yield INTERRUPTED;
            }
            default -> {
                command.getErr().println("piecewise loadtest: internal error: " + problem + at(problem));
                yield 1;
            }
        };
    }

    private static String at(Exception problem) {
        return Arrays.stream(problem.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.piecewise"))
                .findFirst()
                .map(frame -> " at " + frame)
                .orElse("");
    }
}
