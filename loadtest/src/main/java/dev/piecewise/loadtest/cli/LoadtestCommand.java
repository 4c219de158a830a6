package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.client.Caller;
import dev.piecewise.loadtest.client.HttpCaller;
import dev.piecewise.loadtest.client.SocketCaller;
import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.dialect.People;
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
import dev.piecewise.loadtest.setup.Calibration;
import dev.piecewise.loadtest.setup.Discovery;
import dev.piecewise.loadtest.setup.Rest;
import dev.piecewise.loadtest.workload.Wording;
import dev.piecewise.loadtest.workload.Workload;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
            "  piecewise loadtest --dialect llamacpp --url http://127.0.0.1:8081 --users 16 --concurrency 4"
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
        Target asked = targetOptions.target();
        output.check();
        try (Termination _ = new Termination(stop);
                Rest rest = new Rest(asked);
                ProgressLine progress = new ProgressLine(spec.commandLine().getErr())) {
            Report report = measure(order, asked, rest, progress);
            progress.clear();
            output.write(report, suite);
            return report.runs().stream().anyMatch(run -> run.summary().succeeded() > 0) ? 0 : 1;
        }
    }

    private Report measure(Order order, Target asked, Rest rest, ProgressLine progress) throws InterruptedException {
        Machine machine = Machine.here();
        String created = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        stop.enter();
        Discovery found = Discovery.of(asked, rest);
        Target target = asked.withModel(found.model());
        People people = peopleOptions.people(order.users(), target, found, rest, progress);
        List<Scenario> scenarios = order.within(found.maxLength());
        List<Report.Run> runs = new ArrayList<>();
        List<String> notes = new ArrayList<>(output.notes());
        try (Caller caller = caller(target, new Bodies(target, people, order.bodies()))) {
            Wording wording = Calibration.of(caller, Clock.SYSTEM);
            stop.leave();
            scenarios.stream()
                    .takeWhile(_ -> !stop.isWanted())
                    .map(scenario -> run(scenario, caller, wording, order, target, progress))
                    .forEach(runs::add);
            notes.addAll(Notes.of(runs, wording));
            if (!scenarios.equals(order.scenarios())) {
                notes.add("lengths were cut to what the model takes: %d tokens with the answer's"
                        .formatted(found.maxLength()));
            }
        }
        if (runs.isEmpty()) {
            throw new InterruptedException();
        }
        if (stop.isWanted()) {
            notes.add("stopped before its end");
        } else {
            peopleOptions.clean(people, order.users(), rest, progress);
        }
        return new Report(
                Report.FORMAT,
                created,
                CommandText.of(spec.commandLine().getParseResult().originalArgs()),
                machine,
                server(target, found),
                order.bounds().text(),
                workloadOptions.seed(),
                notes,
                runs);
    }

    private static Report.Server server(Target target, Discovery found) {
        return new Report.Server(
                target.base().toString(), found.version(), target.dialect().text(), target.model());
    }

    private Report.Run run(
            Scenario scenario, Caller caller, Wording wording, Order order, Target target, ProgressLine progress) {
        long seed = workloadOptions.seed();
        Workload workload = new Workload(seed, scenario.shape(), wording);
        Runner runner = new Runner(caller, workload, order.limits(), Clock.SYSTEM, stop);
        Summary summary =
                runner.run(scenario.load(), seed, order.bounds(), state -> progress.run(scenario.name(), state));
        Workload.Shape shape = scenario.shape();
        return new Report.Run(
                scenario.name(),
                target.api().text(),
                scenario.load().text(),
                shape.users(),
                shape.users() == 0 ? "" : shape.popularity().text(),
                shape.prompts().text(),
                shape.answers().text(),
                summary);
    }

    private static Caller caller(Target target, Bodies bodies) {
        return target.api() == Api.WEBSOCKET
                ? new SocketCaller(target, bodies, Clock.SYSTEM)
                : new HttpCaller(target, bodies, Clock.SYSTEM);
    }
}
