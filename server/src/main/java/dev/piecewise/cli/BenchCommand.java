package dev.piecewise.cli;

import dev.piecewise.bench.Bench;
import dev.piecewise.bench.BenchOptions;
import dev.piecewise.bench.BenchReport;
import dev.piecewise.bench.EngineRatios;
import dev.piecewise.bench.RandomShape;
import dev.piecewise.bench.StreamBench;
import dev.piecewise.bench.StreamReport;
import dev.piecewise.bench.gateway.GatewayBench;
import dev.piecewise.bench.gateway.GatewayRatios;
import dev.piecewise.bench.gateway.GatewayReport;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the engine in this process. */
@Command(
        name = "bench",
        description = "Measures prefill and decode, beside what memory gives; without --model on random weights.",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
    private static final long SEED = 11;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions settings;

    @Option(names = "--model", paramLabel = "DIR", description = "A base model; without it random weights of --shape.")
    private @Nullable Path model;

    @Option(
            names = "--shape",
            paramLabel = "tinyllama|llama8b",
            description =
                    "Of random weights: 1.1 B parameters (2048/5632, 22 layers, 32/4 heads) or 8 B (4096/14336, 32 layers, 32/8 heads, 16 GB in bfloat16) (tinyllama).")
    private RandomShape shape = RandomShape.TINYLLAMA;

    @Option(names = "--sequences", paramLabel = "N,...", split = ",", description = "Sequences at once (1,2,4,8,16).")
    private List<Integer> sequences = List.of(1, 2, 4, 8, 16);

    @Option(
            names = "--adapters",
            paramLabel = "none|distinct|same|pool",
            description = "What they run with, beside the base (${DEFAULT-VALUE}).")
    private BenchOptions.Adapters adapters = BenchOptions.Adapters.NONE;

    @Option(names = "--rank", paramLabel = "R", description = "Of adapters (16) or pieces (8).")
    private int rank;

    @Option(names = "--sharers", paramLabel = "N", description = "Of the resident pool (${DEFAULT-VALUE}).")
    private int sharers = 50;

    @Option(names = "--tokens", paramLabel = "N", description = "Per sequence and round (${DEFAULT-VALUE}).")
    private int tokens = 24;

    @Option(names = "--rounds", paramLabel = "N", description = "Base and adapters in turns (${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(names = "--prompt", paramLabel = "N", description = "Tokens of the timed prefill (${DEFAULT-VALUE}).")
    private int prompt = 512;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Tokens that each sequence has read when it begins to decode (${DEFAULT-VALUE}).")
    private int context = 32;

    @Option(
            names = "--gateway",
            description =
                    "Measures the gateway instead, over an engine that needs no time: streams, latency, WebSockets.")
    private boolean gateway;

    @Option(names = "--connections", paramLabel = "N", description = "With --gateway: streams (${DEFAULT-VALUE}).")
    private int connections = 200;

    @Option(names = "--idle", paramLabel = "N", description = "With --gateway: idle WebSockets (${DEFAULT-VALUE}).")
    private int idle = 5000;

    @Option(names = "--seconds", paramLabel = "N", description = "With --gateway: for each rate (${DEFAULT-VALUE}).")
    private int seconds = 5;

    @Option(
            names = "--streams",
            paramLabel = "N",
            description = "Measures so many running streams beside long prompts instead, and a chat's second turn.")
    private int streams;

    @Mixin
    private BenchOutput output;

    @Override
    public Integer call() throws InterruptedException {
        check();
        output.check();
        if (gateway) {
            return measureGateway();
        }
        PiecewiseConfig config = settings.load();
        BenchOptions options = new BenchOptions(sequences, adapters, rank(), sharers, tokens, rounds, prompt, context);
        String name = model == null ? shape.title() : model.toString();
        int threads = config.engine().threads() > 0
                ? config.engine().threads()
                : Runtime.getRuntime().availableProcessors();
        try (Termination _ = Termination.atOnce();
                BaseModel base = base(config)) {
            Map<String, String> setting = options.setting(base, threads);
            if (streams > 0) {
                return measureStreams(base, setting, config.engine());
            }
            output.check(setting);
            BenchReport report = measure(base, options, threads, name);
            Supplier<String> table = () -> new BenchTable(report).text();
            return output.write(setting, new BenchOutput.Measured(report, EngineRatios.of(report), table));
        }
    }

    private BenchReport measure(BaseModel base, BenchOptions options, int threads, String name)
            throws InterruptedException {
        try (Bench bench = new Bench(base, options, threads);
                Progress progress = new Progress(spec.commandLine().getErr(), "measuring")) {
            return bench.run(name, done -> progress.at(done, sequences.size()));
        }
    }

    private int measureStreams(BaseModel base, Map<String, String> engine, PiecewiseConfig.Engine config)
            throws InterruptedException {
        int budget = config.maxBatchedTokens();
        double stretch = config.maxItlStretch();
        Map<String, String> setting = StreamReport.setting(engine, streams, budget, stretch);
        output.check(setting);
        StreamReport report = new StreamBench(base, streams, prompt, budget, stretch).run();
        Supplier<String> table = () -> new StreamTable(report).text();
        return output.write(setting, new BenchOutput.Measured(report, report.ratios(), table));
    }

    private int measureGateway() throws InterruptedException {
        try (Scratch scratch = Scratch.create();
                GatewayBench bench = new GatewayBench(scratch.directory(), Duration.ofSeconds(seconds))) {
            Map<String, String> setting = GatewayRatios.setting(connections, idle);
            output.check(setting);
            GatewayReport report = bench.run(connections, idle);
            Supplier<String> table = () -> new GatewayTable(report).text();
            return output.write(setting, new BenchOutput.Measured(report, GatewayRatios.of(report), table));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check() {
        Usage.atLeast(spec, 1, connections, "--connections");
        Usage.atLeast(spec, 0, idle, "--idle");
        Usage.atLeast(spec, 1, seconds, "--seconds");
        sequences.forEach(count -> Usage.atLeast(spec, 1, count, "--sequences"));
        Usage.atLeast(spec, 0, streams, "--streams");
        Usage.atLeast(spec, 1, sharers, "--sharers");
        Usage.atLeast(spec, 1, tokens, "--tokens");
        Usage.atLeast(spec, 1, rounds, "--rounds");
        Usage.atLeast(spec, 1, prompt, "--prompt");
        Usage.atLeast(spec, 1, context, "--context");
    }

    private int rank() {
        if (rank > 0) {
            return rank;
        }
        return adapters == BenchOptions.Adapters.POOL ? 8 : 16;
    }

    private BaseModel base(PiecewiseConfig config) {
        if (model == null) {
            DeviceChoice device = LoadedModel.device(config, false);
            return BaseModel.random(shape.config(), device, SEED);
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelConfig loaded = ModelConfigReader.read(model);
            return BaseModel.load(checkpoint, loaded, LoadedModel.device(config, checkpoint.dtype() == DType.F32));
        }
    }
}
