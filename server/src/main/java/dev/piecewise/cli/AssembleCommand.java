package dev.piecewise.cli;

import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.adapter.Pool;
import dev.piecewise.config.PiecewiseConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a plan from a history. */
@Command(
        name = "assemble",
        description = "Chooses a pool's pieces for a history and writes the plan.",
        mixinStandardHelpOptions = true)
public final class AssembleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BaseModelOptions base;

    @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool's directory.")
    private Path pool;

    @Option(names = "--history", paramLabel = "FILE", required = true, description = "The history, JSON Lines.")
    private Path history;

    @Option(names = "--merge", paramLabel = "product|factor", description = "How chosen pieces are summed.")
    private @Nullable Merge merge;

    @Option(names = "--out", paramLabel = "PLAN.json", required = true, description = "The plan to write.")
    private Path out;

    @Override
    public Integer call() {
        PiecewiseConfig config = base.config();
        try (Termination _ = Termination.atOnce();
                LoadedModel loaded = LoadedModel.load(config)) {
            Pool pieces = loaded.pool(pool);
            Merge how = merge == null ? config.adapters().merge() : merge;
            Plan plan = Adaptations.assemble(loaded, config, pieces, history, how);
            PlanJson.write(plan, out);
            spec.commandLine()
                    .getOut()
                    .println("%s: %d sites from %d items, %d pieces a site"
                            .formatted(out, plan.sites().size(), plan.items(), plan.k()));
        }
        return 0;
    }
}
