package dev.piecewise.cli;

import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells what is in a pool. */
@Command(name = "inspect", description = "Tells what is in a pool.", mixinStandardHelpOptions = true)
public final class PoolInspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "POOL", description = "The pool's directory.")
    private Path directory;

    @Option(names = "--json", description = "As one line of JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Pool pool = PoolReader.read(directory);
        PoolSummary summary = PoolSummary.of(pool);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.line(summary));
            return 0;
        }
        out.println(summary.line(directory));
        out.println("base model  " + summary.base());
        out.println("merge       " + summary.merge());
        out.println("sites       %s ... %s"
                .formatted(summary.sites().getFirst(), summary.sites().getLast()));
        out.println("sharers");
        for (PoolSummary.Sharer sharer : summary.sharers()) {
            String items = sharer.items() > 0 ? sharer.items() + " items" : "";
            PoolSummary.Agreement consent = sharer.consent();
            String agreed = consent == null ? "" : "consent by %s at %s".formatted(consent.by(), consent.at());
            out.println("  %-30s %-10s %5d pieces  %s".formatted(sharer.id(), items, sharer.pieces(), agreed));
        }
        summary.withdrawn().forEach(sharer -> out.println("  %-30s withdrawn".formatted(sharer)));
        return 0;
    }
}
