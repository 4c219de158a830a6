package dev.piecewise;

import dev.piecewise.config.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code piecewise} command: the root of the command line. */
@Command(
        name = "piecewise",
        description = "Serves one base model with every user's own adapter.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable, IVersionProvider {
    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"piecewise " + Version.current()};
    }
}
