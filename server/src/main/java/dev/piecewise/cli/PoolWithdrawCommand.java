package dev.piecewise.cli;

import dev.piecewise.adapter.PoolVersions;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a sharer out of a published pool. */
@Command(
        name = "withdraw",
        description = {
            "Publishes a version without this sharer and erases all versions that hold their pieces.",
            "Plans that used them are renormalised or assembled again."
        },
        mixinStandardHelpOptions = true)
public final class PoolWithdrawCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "POOL", description = "Where the pool's versions are published.")
    private Path directory;

    @Parameters(index = "1", paramLabel = "NAME", description = "The sharer's name in the pool.")
    private String name;

    @Override
    public Integer call() {
        new PoolVersions(directory).withdraw(name, Instant.now().truncatedTo(ChronoUnit.SECONDS));
        spec.commandLine().getOut().println("%s: \"%s\" is in no version any more".formatted(directory, name));
        return 0;
    }
}
