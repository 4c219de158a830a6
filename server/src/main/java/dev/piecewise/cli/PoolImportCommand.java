package dev.piecewise.cli;

import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.GateReader;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PeftReader;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolImporter;
import dev.piecewise.adapter.PoolWriter;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Site;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Breaks whole adapters into the pieces of a new pool. */
@Command(
        name = "import",
        description =
                "Breaks whole PEFT adapters into pieces; without gates their keys come from the adapters (Arrow).",
        mixinStandardHelpOptions = true)
public final class PoolImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base model's directory.")
    private Path model;

    @Option(
            names = "--sharer",
            paramLabel = "NAME=PEFT_DIR",
            required = true,
            description = "A sharer's adapter; repeated, in the pool's order.")
    private Map<String, Path> sharers;

    @Option(names = "--gates", paramLabel = "NAME=FILE", description = "A sharer's trained gates (safetensors).")
    private Map<String, Path> gates = Map.of();

    @Option(names = "--merge", paramLabel = "product|factor", description = "The pool's default (${DEFAULT-VALUE}).")
    private Merge merge = Merge.PRODUCT;

    @Option(names = "--out", paramLabel = "POOL", required = true, description = "The new pool's directory.")
    private Path out;

    @Override
    public Integer call() {
        requireOnce("--sharer", sharers);
        requireOnce("--gates", gates);
        for (String name : gates.keySet()) {
            Usage.require(spec, sharers.containsKey(name), "--gates names %s, who is no --sharer".formatted(name));
        }
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Progress progress = new Progress(spec.commandLine().getErr(), "importing")) {
            ModelConfig config = ModelConfigReader.read(model);
            String fingerprint = BaseFingerprint.of(checkpoint, config);
            List<Contribution> contributions = new ArrayList<>();
            for (Map.Entry<String, Path> sharer : sharers.entrySet()) {
                LoraAdapter adapter = PeftReader.read(sharer.getValue(), config, fingerprint);
                contributions.add(new Contribution(sharer.getKey(), 0, adapter, gates(sharer.getKey(), config)));
                progress.at(contributions.size(), sharers.size());
            }
            Pool pool = PoolImporter.pool(fingerprint, merge, contributions);
            PoolWriter.write(pool, out);
            spec.commandLine().getOut().println(PoolSummary.of(pool).line(out));
        }
        return 0;
    }

    /** A map keeps the last of two values, and somebody's adapter would be missing from the pool. */
    private void requireOnce(String option, Map<String, Path> named) {
        OptionSpec given = spec.commandLine().getParseResult().matchedOption(option);
        Usage.require(
                spec,
                given == null || given.originalStringValues().size() == named.size(),
                option + " names somebody twice");
    }

    private Optional<SortedMap<Site, float[]>> gates(String sharer, ModelConfig config) {
        return Optional.ofNullable(gates.get(sharer)).map(file -> GateReader.read(file, config));
    }
}
