package dev.piecewise.cli;

import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolImporter;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.model.AnswerReader;
import dev.piecewise.model.Discriminants;
import dev.piecewise.model.HiddenStates;
import dev.piecewise.model.LinearFits;
import dev.piecewise.training.TrainingSettings;
import dev.piecewise.training.sharers.GainForecasting;
import dev.piecewise.training.sharers.GateCentring;
import dev.piecewise.training.sharers.GateDiscriminants;
import dev.piecewise.training.sharers.GateTraining;
import dev.piecewise.training.sharers.SharerRun;
import dev.piecewise.training.sharers.SiteScores;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains the gates of sharers and publishes their pieces. */
@Command(
        name = "gates",
        description = "Trains a gate for each piece of the sharers, and publishes the pool.",
        mixinStandardHelpOptions = true)
public final class TrainGatesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions settings;

    @Mixin
    private SharerTrainingOptions training;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base model's directory.")
    private Path model;

    @Option(
            names = "--users",
            paramLabel = "FILE",
            required = true,
            description = "The file that the sharers were chosen from.")
    private Path users;

    @Option(
            names = "--sharers",
            paramLabel = "DIR",
            required = true,
            description = "Where 'train sharers' kept what it trained; gates are kept there too.")
    private Path sharers;

    @Option(names = "--steps", paramLabel = "N", description = "For each sharer (${DEFAULT-VALUE}).")
    private int steps = 200;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Peak; 2e-5 is used with bases of 7 B parameters (${DEFAULT-VALUE}).")
    private double learningRate = 3e-4;

    @Option(names = "--merge", paramLabel = "product|factor", description = "The pool's default (${DEFAULT-VALUE}).")
    private Merge merge = Merge.PRODUCT;

    @Option(
            names = "--discriminant",
            description = "Computes gates that tell a sharer from the other users, instead of training them.")
    private boolean discriminant;

    @Option(
            names = "--forecast",
            description =
                    "Tries each sharer's pieces on all users and adds to the pool what foretells their gain, so that plans see how answers differ and not only what they are about.")
    private boolean forecast;

    @Option(
            names = "--as-trained",
            description = "Publishes gates as they were trained (Per-Pcs), with what all users have in common in them.")
    private boolean asTrained;

    @Option(
            names = "--add",
            description = "Adds the sharers to the current version of the pool instead of replacing it.")
    private boolean add;

    @Option(
            names = "--out",
            paramLabel = "POOL",
            required = true,
            description = "Where the pool's versions are published; what loads a pool takes this directory.")
    private Path out;

    @Override
    public Integer call() {
        TrainingSettings trained = training.settings(steps, learningRate, 0);
        SharerRun run = SharerRun.read(sharers);
        PoolVersions versions = new PoolVersions(out);
        List<Contribution> contributions = contributions(run, trained);
        Path version = add ? added(versions, contributions) : versions.publish(whole(run, contributions));
        spec.commandLine().getOut().println(PoolSummary.of(PoolReader.read(out)).line(version));
        return 0;
    }

    private Pool whole(SharerRun run, List<Contribution> contributions) {
        Pool pool = PoolImporter.pool(run.base(), merge, contributions);
        return forecast
                ? forecasting(
                        pool,
                        (forecasting, told) ->
                                PoolEdits.foreseen(pool, forecasting.of(pool, HistoryFile.readUsers(users), told)))
                : pool;
    }

    private Path added(PoolVersions versions, List<Contribution> contributions) {
        Pool now = PoolReader.read(out);
        List<Contribution> newcomers =
                now.forecast().map(known -> foreseen(now, known, contributions)).orElse(contributions);
        return versions.change(pool -> grown(pool, newcomers));
    }

    private static Pool grown(Pool pool, List<Contribution> newcomers) {
        Pool grown = pool;
        for (Contribution contribution : newcomers) {
            grown = PoolEdits.with(grown, contribution);
        }
        return grown;
    }

    private List<Contribution> foreseen(Pool pool, GainForecast known, List<Contribution> newcomers) {
        Pool grown = grown(pool, newcomers);
        int first = pool.sharers().size();
        List<float[]> weights = forecasting(
                grown,
                (forecasting, told) -> forecasting.newcomers(known, grown, first, HistoryFile.readUsers(users), told));
        return IntStream.range(0, newcomers.size())
                .mapToObj(i -> newcomers.get(i).foreseen(weights.get(i)))
                .toList();
    }

    private <T> T forecasting(Pool pool, BiFunction<GainForecasting, IntConsumer, T> made) {
        try (LoadedModel loaded = LoadedModel.load(settings.load(model));
                Progress bar = new Progress(spec.commandLine().getErr(), "trying sharers")) {
            GainForecasting forecasting = new GainForecasting(
                    new AnswerReader(loaded.base()),
                    new LinearFits(loaded.base()),
                    new SiteScores(new HiddenStates(loaded.base())),
                    loaded.encoder(training.maxTokens()));
            return made.apply(forecasting, tried -> bar.at(tried, pool.sharers().size()));
        }
    }

    private List<Contribution> contributions(SharerRun run, TrainingSettings trained) {
        PiecewiseConfig config = settings.load(model);
        List<UserHistory> people = HistoryFile.readUsers(users);
        if (discriminant) {
            try (LoadedModel loaded = LoadedModel.load(config)) {
                run.requireBase(loaded.fingerprint());
                return new GateDiscriminants(
                                new HiddenStates(loaded.base()),
                                new Discriminants(loaded.base()),
                                loaded.encoder(training.maxTokens()))
                        .run(run, people, loaded.shape(), training.seed());
            }
        }
        List<Contribution> contributions;
        try (TrainableModel loaded = TrainableModel.load(config);
                TrainingProgress progress =
                        new TrainingProgress(spec.commandLine().getErr(), "training gates")) {
            contributions = new GateTraining(loaded.base(), loaded.reader(training.maxTokens()), trained)
                    .run(run, people, training.seed(), progress);
        }
        if (asTrained) {
            return contributions;
        }
        try (LoadedModel loaded = LoadedModel.load(config)) {
            HiddenStates states = new HiddenStates(loaded.base());
            return GateCentring.centred(
                    contributions, people, loaded.encoder(training.maxTokens()), states::siteInputs);
        }
    }
}
