package dev.piecewise.cli;

import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.PeftWriter;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a plan into an ordinary adapter. */
@Command(
        name = "merge",
        description = "Merges a plan's pieces into a PEFT adapter that any other tool loads.",
        mixinStandardHelpOptions = true)
public final class MergeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base model's directory.")
    private Path model;

    @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool's directory.")
    private Path pool;

    @Option(names = "--plan", paramLabel = "PLAN.json", required = true, description = "The plan.")
    private Path plan;

    @Option(names = "--out", paramLabel = "PEFT_DIR", required = true, description = "The new adapter's directory.")
    private Path out;

    @Option(names = "--merge", paramLabel = "product|factor", description = "Other than the plan says.")
    private @Nullable Merge merge;

    @Override
    public Integer call() {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelConfig config = ModelConfigReader.read(model);
            Pool pieces = PoolReader.read(pool, config, BaseFingerprint.of(checkpoint, config));
            Plan chosen = PlanJson.read(plan);
            LoraAdapter adapter = Merger.merge(chosen, pieces, merge == null ? chosen.merge() : merge);
            PeftWriter.write(adapter, config, model.toAbsolutePath().normalize().getFileName() + "", out);
            spec.commandLine()
                    .getOut()
                    .println("%s: %d sites, rank %d, %,d bytes"
                            .formatted(out, adapter.sites().size(), adapter.rank(), adapter.bytes()));
        }
        return 0;
    }
}
