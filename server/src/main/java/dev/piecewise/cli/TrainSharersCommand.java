package dev.piecewise.cli;

import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.model.AnswerReader;
import dev.piecewise.model.HiddenStates;
import dev.piecewise.model.LinearFits;
import dev.piecewise.training.TrainingSettings;
import dev.piecewise.training.sharers.AnswerEmbedding;
import dev.piecewise.training.sharers.Consents;
import dev.piecewise.training.sharers.HiddenStateEmbedding;
import dev.piecewise.training.sharers.SharerRun;
import dev.piecewise.training.sharers.SharerSelection;
import dev.piecewise.training.sharers.SharerTraining;
import dev.piecewise.training.sharers.UserEmbedding;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Chooses sharers among users and trains their adapters. */
@Command(
        name = "sharers",
        description = {
            "Chooses sharers and trains an adapter for each; 'train gates' makes them a pool.",
            "Users are clustered by how the base model takes what they wrote; each cluster's most active user shares."
        },
        mixinStandardHelpOptions = true)
public final class TrainSharersCommand implements Callable<Integer> {
    private static final double WEIGHT_DECAY = 0.01;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions settings;

    @Mixin
    private ConsentOptions consent;

    @Mixin
    private LoraOptions lora;

    @Mixin
    private SharerTrainingOptions training;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base model's directory.")
    private Path model;

    @Option(
            names = "--users",
            paramLabel = "FILE",
            required = true,
            description = "The candidates, a line of JSON each: {\"user\":...,\"history\":[...]}.")
    private Path users;

    @Option(
            names = "--consents",
            paramLabel = "FILE",
            description =
                    "Who agreed, a line of JSON each: {\"user\":...,\"at\":...,\"ratio\":...}; others are left out.")
    private @Nullable Path consents;

    @Option(names = "--sharers", paramLabel = "N", description = "Clusters, and so sharers at most (${DEFAULT-VALUE}).")
    private int sharers = SharerSelection.Options.DEFAULT.clusters();

    @Option(
            names = "--cluster-by",
            paramLabel = "texts|answers",
            description =
                    "Whether users are alike whose texts are about the same (Per-Pcs), or who answer alike where the base does not know what to expect (${DEFAULT-VALUE}).")
    private SharerSelection.By by = SharerSelection.By.TEXTS;

    @Option(
            names = "--more-than",
            paramLabel = "N",
            description = "A sharer has more items than this (${DEFAULT-VALUE}).")
    private int moreThan = SharerSelection.Options.DEFAULT.moreThan();

    @Option(names = "--steps", paramLabel = "N", description = "For each sharer (${DEFAULT-VALUE}).")
    private int steps = 100;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Peak; 2e-5 is used with bases of 7 B parameters (${DEFAULT-VALUE}).")
    private double learningRate = 5e-3;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Keeps what is trained; the same command goes on there after a kill.")
    private Path out;

    @Override
    public Integer call() {
        Usage.require(spec, sharers >= 1, "--sharers must be at least 1, not " + sharers);
        Usage.require(spec, moreThan >= 0, "--more-than must be at least 0, not " + moreThan);
        lora.check();
        TrainingSettings trained = training.settings(steps, learningRate, WEIGHT_DECAY);
        Consents agreed = consent.consents(consents);
        List<UserHistory> candidates = HistoryFile.readUsers(users);
        PiecewiseConfig config = settings.load(model);
        SharerTraining work = new SharerTraining(
                new SharerTraining.Options(
                        new SharerSelection.Options(sharers, moreThan, training.seed(), by),
                        lora.rank(),
                        lora.alpha(),
                        lora.projections(),
                        training.seed(),
                        trained),
                out);
        SharerRun run = choose(work, agreed, candidates, config);
        String summary;
        try (TrainableModel loaded = TrainableModel.load(config);
                TrainingProgress progress =
                        new TrainingProgress(spec.commandLine().getErr(), "training sharers")) {
            work.train(run, loaded.base(), loaded.reader(training.maxTokens()), candidates, progress);
            summary = progress.summary();
        }
        spec.commandLine()
                .getOut()
                .println("%s: %d sharers of %d users; %s"
                        .formatted(out, run.sharers().size(), candidates.size(), summary));
        return 0;
    }

    private SharerRun choose(
            SharerTraining work, Consents agreed, List<UserHistory> candidates, PiecewiseConfig config) {
        try (LoadedModel loaded = LoadedModel.load(config);
                Progress progress = new Progress(spec.commandLine().getErr(), "reading histories")) {
            return work.choose(
                    loaded.fingerprint(),
                    candidates,
                    agreed,
                    () -> embedding(loaded, agreed.among(candidates)),
                    looked -> progress.at(looked, candidates.size()));
        }
    }

    private UserEmbedding embedding(LoadedModel loaded, List<UserHistory> candidates) {
        ExampleEncoder encoder = loaded.encoder(training.maxTokens());
        return switch (by) {
            case TEXTS -> new HiddenStateEmbedding(encoder, new HiddenStates(loaded.base())::means);
            case ANSWERS ->
                AnswerEmbedding.of(candidates, encoder, new AnswerReader(loaded.base()), new LinearFits(loaded.base()));
        };
    }
}
