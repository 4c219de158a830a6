package dev.piecewise.cli;

import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.GateReader;
import dev.piecewise.adapter.PeftReader;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Adds a sharer to a published pool. */
@Command(
        name = "add",
        description = "Publishes a version with one more sharer; nobody else is trained again.",
        mixinStandardHelpOptions = true)
public final class PoolAddCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConsentOptions consent;

    @Parameters(index = "0", paramLabel = "POOL", description = "Where the pool's versions are published.")
    private Path directory;

    @Parameters(index = "1", paramLabel = "NAME", description = "The sharer's name in the pool.")
    private String name;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base model's directory.")
    private Path model;

    @Option(names = "--adapter", paramLabel = "PEFT_DIR", required = true, description = "The sharer's adapter.")
    private Path adapter;

    @Option(
            names = "--gates",
            paramLabel = "FILE",
            description = "The sharer's trained gates (safetensors), where the pool has trained gates.")
    private @Nullable Path gates;

    @Option(names = "--items", paramLabel = "N", description = "How many items the adapter was trained from.")
    private int items;

    @Option(names = "--seed", paramLabel = "S", description = "Of which pieces are shared (${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        Consent given = consent.required();
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelConfig config = ModelConfigReader.read(model);
            String base = BaseFingerprint.of(checkpoint, config);
            PoolReader.read(directory, config, base);
            Contribution whole = new Contribution(
                    name,
                    items,
                    PeftReader.read(adapter, config, base),
                    Optional.ofNullable(gates).map(file -> GateReader.read(file, config)));
            Contribution shared = whole.agreed(given, base, seed);
            Path version = new PoolVersions(directory).change(pool -> PoolEdits.with(pool, shared));
            spec.commandLine()
                    .getOut()
                    .println(PoolSummary.of(PoolReader.read(version)).line(version));
        }
        return 0;
    }
}
