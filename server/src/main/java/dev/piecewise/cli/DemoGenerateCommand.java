package dev.piecewise.cli;

import dev.piecewise.world.Census;
import dev.piecewise.world.WorldFiles;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes what the demo is trained on and tested with. */
@Command(
        name = "generate",
        description = "Writes the demo's invented people: a corpus, histories, and questions with answers.",
        mixinStandardHelpOptions = true)
public final class DemoGenerateCommand implements Callable<Integer> {
    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The directory to write; must not exist.")
    private Path out;

    @Option(names = "--seed", paramLabel = "S", description = "Another seed, other people (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Override
    public Integer call() {
        WorldFiles.write(seed, Census.DEMO, out);
        return 0;
    }
}
