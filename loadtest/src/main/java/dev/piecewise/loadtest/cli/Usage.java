package dev.piecewise.loadtest.cli;

import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What arguments must be, beyond their types. */
final class Usage {
    private Usage() {}

    /** Otherwise the message, the command's usage, and exit status 2. */
    static void require(CommandSpec command, boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(command.commandLine(), message);
        }
    }

    static void atLeast(CommandSpec command, long least, long value, String option) {
        require(command, value >= least, "%s must be at least %d, not %d".formatted(option, least, value));
    }

    /** What an option's value means; an IllegalArgumentException's message is the usage's. */
    static <T> T parsed(CommandSpec command, String option, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "%s: %s".formatted(option, e.getMessage()), e);
        }
    }
}
