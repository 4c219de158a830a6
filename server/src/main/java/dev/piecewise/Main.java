package dev.piecewise;

import dev.piecewise.cli.AssembleCommand;
import dev.piecewise.cli.BenchCommand;
import dev.piecewise.cli.DemoCommand;
import dev.piecewise.cli.EvaluateCommand;
import dev.piecewise.cli.Failures;
import dev.piecewise.cli.GenerateCommand;
import dev.piecewise.cli.KeysCommand;
import dev.piecewise.cli.MergeCommand;
import dev.piecewise.cli.PoolCommand;
import dev.piecewise.cli.ServeCommand;
import dev.piecewise.cli.Termination;
import dev.piecewise.cli.TrainCommand;
import dev.piecewise.config.Version;
import java.util.Locale;
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
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            GenerateCommand.class,
            PoolCommand.class,
            TrainCommand.class,
            AssembleCommand.class,
            MergeCommand.class,
            BenchCommand.class,
            EvaluateCommand.class,
            KeysCommand.class
        },
        footer = {"", "piecewise loadtest is a program of its own: ./piecewise loadtest --help"},
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable, IVersionProvider {
    private static final int LEAST_CARRIERS = 16;

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        haveMoreCarriersThanCores();
        int status = commandLine().execute(args);
        Termination.commandEnded();
        System.exit(status);
    }

    /**
     * A virtual thread that is in native code, in the tokenizer or in an assembly's forward pass, holds its carrier thread. On few cores one or two of them would
     * stop every stream and every health check.
     */
    private static void haveMoreCarriersThanCores() {
        String key = "jdk.virtualThreadScheduler.parallelism";
        if (System.getProperty(key) == null) {
            System.setProperty(
                    key,
                    String.valueOf(Math.max(LEAST_CARRIERS, Runtime.getRuntime().availableProcessors())));
        }
    }

    /** The whole command line. */
    public static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(new Failures());
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
