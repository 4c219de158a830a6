package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.dialect.Target;
import dev.piecewise.loadtest.measure.Bounds;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Summary;
import dev.piecewise.loadtest.report.Machine;
import dev.piecewise.loadtest.report.Report;
import dev.piecewise.loadtest.run.Limits;
import dev.piecewise.loadtest.run.Runner;
import dev.piecewise.loadtest.run.Scenario;
import dev.piecewise.loadtest.run.StopSignal;
import dev.piecewise.loadtest.workload.Workload;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks a server as many users would, and measures what they would see. */
@Command(
        name = "piecewise loadtest",
        description = "Asks a server as many users would, and measures what they would see.",
        footer = {
            "",
            "Latency counts from when a request was to be sent. TTFT: to the first chunk with content. ITL: between two such chunks. TPOT: (end to end - TTFT) / (tokens - 1).",
            "",
            "  piecewise loadtest --users 100 --concurrency 16 --html report.html",
            "  piecewise loadtest --users 200 --popularity zipf --rate 4 --arrivals gamma --goodput ttft:500 tpot:50",
            "  piecewise loadtest --suite users --create-users --histories people.jsonl",
            "  piecewise loadtest --dialect llamacpp --url http://127.0.0.1:8081 --users 16 --concurrency 4",
            "  piecewise loadtest --users 0,16 --concurrency 1,4,16 --beside http://127.0.0.1:8081 --beside-dialect llamacpp"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = PageCommand.class)
public final class LoadtestCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TargetOptions targetOptions;

    @Mixin
    private WorkloadOptions workloadOptions;

    @Mixin
    private PeopleOptions peopleOptions;

    @Mixin
    private LoadOptions loadOptions;

    @Option(
            names = "--suite",
            paramLabel = "smoke|users|popularity|slots",
            description = "Runs that belong together, the base's first and last; other options go over what they say.")
    private Suite suite = Suite.NONE;

    @Mixin
    private OutputOptions output;

    private final StopSignal stop = new StopSignal();

    /** The whole command line. */
    public static CommandLine commandLine() {
        return new CommandLine(new LoadtestCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(120)
                .setExecutionExceptionHandler(new Failures());
    }

    /** What the options come to. */
    private record Order(List<Scenario> scenarios, Limits limits, Bounds bounds, Bodies.Options bodies) {
        List<Scenario> within(int tokens) {
            return scenarios.stream()
                    .map(each ->
                            new Scenario(each.name(), each.load(), each.shape().within(tokens)))
                    .toList();
        }

        int users() {
            return scenarios.stream()
                    .mapToInt(scenario -> scenario.shape().users())
                    .max()
                    .orElse(0);
        }
    }

    private Order order() {
        List<Scenario> scenarios = Scenario.all(
                workloadOptions.shape(suite),
                workloadOptions.users(suite),
                workloadOptions.popularities(suite),
                loadOptions.loads(suite),
                suite.hasBase());
        return new Order(scenarios, loadOptions.limits(suite), output.bounds(), workloadOptions.bodies());
    }

    @Override
    public Integer call() throws InterruptedException {
        Order order = order();
        List<Target> asked = targetOptions.targets();
        peopleOptions.check(asked);
        output.check();
        try (Termination _ = new Termination(stop);
                ProgressLine progress = new ProgressLine(spec.commandLine().getErr())) {
            Report report = measure(order, asked, progress);
            progress.clear();
            output.write(report, suite);
            return report.runs().stream().anyMatch(run -> run.summary().succeeded() > 0) ? 0 : 1;
        }
    }

    private Report measure(Order order, List<Target> asked, ProgressLine progress) throws InterruptedException {
        Machine machine = Machine.here();
        String created = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Side.Asking asking = new Side.Asking(peopleOptions, order.users(), order.bodies(), progress);
        stop.enter();
        try (Side first = Side.open(asked.getFirst(), asking);
                @Nullable Side second = asked.size() > 1 ? Side.open(asked.getLast(), asking) : null) {
            stop.leave();
            List<Side> sides = second == null ? List.of(first) : List.of(first, second);
            Turns turns = turns(order, sides, progress);
            if (turns.runs(0).isEmpty()) {
                throw new InterruptedException();
            }
            return new Report(
                    Report.FORMAT,
                    created,
                    CommandText.of(spec.commandLine().getParseResult().originalArgs()),
                    machine,
                    first.server(),
                    order.bounds().text(),
                    workloadOptions.seed(),
                    turns.notes(),
                    turns.runs(0),
                    second == null ? null : new Report.Beside(second.server(), turns.runs(1)));
        }
    }

    /** What came of all runs, by the number of the side. */
    private record Turns(List<List<Report.Run>> bySide, List<String> notes) {
        List<Report.Run> runs(int side) {
            return bySide.get(side);
        }
    }

    /** Every scenario, on one side after the other. */
    private Turns turns(Order order, List<Side> sides, ProgressLine progress) throws InterruptedException {
        int longest = sides.stream()
                .mapToInt(side -> side.found().maxLength())
                .filter(length -> length > 0)
                .min()
                .orElse(0);
        List<Scenario> scenarios = order.within(longest);
        Turns turns = new Turns(
                sides.stream().<List<Report.Run>>map(_ -> new ArrayList<>()).toList(), new ArrayList<>(output.notes()));
        for (Scenario scenario : scenarios) {
            for (int i = 0; i < sides.size() && !stop.isWanted(); i++) {
                turns.runs(i).add(run(scenario, sides.get(i), order, progress));
            }
        }
        for (int i = 0; i < sides.size(); i++) {
            String whose = i == 0 ? "" : "beside: ";
            Notes.of(turns.runs(i), sides.get(i).wording())
                    .forEach(note -> turns.notes().add(whose + note));
        }
        if (!scenarios.equals(order.scenarios())) {
            turns.notes()
                    .add("lengths were cut to what the model takes: %d tokens with the answer's".formatted(longest));
        }
        if (stop.isWanted()) {
            turns.notes().add("stopped before its end");
        } else {
            for (Side side : sides) {
                peopleOptions.clean(side, order.users(), progress);
            }
        }
        return turns;
    }

    private Report.Run run(Scenario scenario, Side side, Order order, ProgressLine progress) {
        long seed = workloadOptions.seed();
        Workload workload = new Workload(seed, scenario.shape(), side.wording());
        Runner runner = new Runner(side.caller(), workload, order.limits(), Clock.SYSTEM, stop);
        Summary summary =
                runner.run(scenario.load(), seed, order.bounds(), state -> progress.run(scenario.name(), state));
        Workload.Shape shape = scenario.shape();
        return new Report.Run(
                scenario.name(),
                side.target().api().text(),
                scenario.load().text(),
                shape.users(),
                shape.users() == 0 ? "" : shape.popularity().text(),
                shape.prompts().text(),
                shape.answers().text(),
                summary);
    }
}
