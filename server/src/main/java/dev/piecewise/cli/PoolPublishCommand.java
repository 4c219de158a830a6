package dev.piecewise.cli;

import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.adapter.PoolVersions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a pool the current version of a published one. */
@Command(
        name = "publish",
        description = "Publishes a pool as a version that is known by its content and becomes the current one at once.",
        mixinStandardHelpOptions = true)
public final class PoolPublishCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConsentOptions consent;

    @Parameters(paramLabel = "POOL", description = "The pool to publish, such as one that was imported.")
    private Path directory;

    @Option(
            names = "--out",
            paramLabel = "POOL",
            required = true,
            description = "Where versions are published; what loads a pool takes this directory.")
    private Path out;

    @Override
    public Integer call() {
        Pool pool = PoolReader.read(directory);
        Optional<Consent> given = consent.consent();
        Usage.require(
                spec,
                given.map(all -> all.ratio() == 1).orElse(true),
                "--share-ratio is for sharers who are added; these pieces are in a pool already");
        Pool agreed = given.map(all -> PoolEdits.agreed(pool, all)).orElse(pool);
        Path version = new PoolVersions(out).publish(agreed);
        spec.commandLine().getOut().println(PoolSummary.of(agreed).line(version));
        return 0;
    }
}
