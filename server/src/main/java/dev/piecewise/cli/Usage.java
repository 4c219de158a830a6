package dev.piecewise.cli;

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

    static void atLeast(CommandSpec command, int least, int value, String option) {
        require(command, value >= least, "%s must be at least %d, not %d".formatted(option, least, value));
    }
}
