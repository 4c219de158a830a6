package dev.piecewise.cli;

import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfigReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a pool. */
@Command(
        name = "verify",
        description = "Checks a pool's checksums and shapes, and with --model that it belongs to that base.",
        mixinStandardHelpOptions = true)
public final class PoolVerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "POOL", description = "The pool's directory.")
    private Path directory;

    @Option(names = "--model", paramLabel = "DIR", description = "The base model's directory.")
    private @Nullable Path model;

    @Override
    public Integer call() {
        Pool pool = model == null ? PoolReader.read(directory) : readFor(model);
        spec.commandLine().getOut().println(PoolSummary.of(pool).line(directory) + ": sound");
        return 0;
    }

    private Pool readFor(Path base) {
        try (Checkpoint checkpoint = Checkpoint.open(base)) {
            var config = ModelConfigReader.read(base);
            return PoolReader.read(directory, config, BaseFingerprint.of(checkpoint, config));
        }
    }
}
