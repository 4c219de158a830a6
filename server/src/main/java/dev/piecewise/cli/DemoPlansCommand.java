package dev.piecewise.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.model.TorchSelector;
import dev.piecewise.personalization.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the plans that the demo is shipped with. */
@Command(
        name = "plans",
        description = "Makes a plan for every user of a users file, one {\"user\",\"plan\"} a line.",
        mixinStandardHelpOptions = true)
public final class DemoPlansCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BaseModelOptions base;

    @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool's directory.")
    private Path pool;

    @Option(names = "--users", paramLabel = "FILE", required = true, description = "The users file.")
    private Path users;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The plans to write, JSON Lines.")
    private Path out;

    @Override
    public Integer call() {
        PiecewiseConfig config = base.config();
        List<HistoryFile.UserHistory> people = HistoryFile.readUsers(users);
        try (Termination _ = Termination.atOnce();
                LoadedModel loaded = LoadedModel.load(config);
                TorchSelector selector = new TorchSelector(loaded.base());
                Progress progress = new Progress(spec.commandLine().getErr(), "plans")) {
            Pool pieces = loaded.pool(pool);
            Assembler assembler = new Assembler(selector, Adaptations.encoder(loaded, config), Clock.systemUTC());
            List<String> lines = new ArrayList<>();
            for (HistoryFile.UserHistory person : people) {
                Plan plan = assembler.assemble(
                        pieces, person.items(), Settings.of(config).assembly());
                lines.add(line(person.user(), plan));
                progress.at(lines.size(), people.size());
            }
            AtomicFiles.file(out, temporary -> Files.write(temporary, lines));
        }
        spec.commandLine().getOut().println("%s: plans of %d users".formatted(out, people.size()));
        return 0;
    }

    private static String line(String user, Plan plan) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("user", user)
                .set("plan", PlanJson.toJson(plan))
                .toString();
    }
}
