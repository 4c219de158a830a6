package dev.piecewise.cli;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.PeftReader;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.engine.EngineObserver;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.error.ServingException;
import dev.piecewise.evaluation.Approach;
import dev.piecewise.evaluation.Approaches;
import dev.piecewise.evaluation.Approaches.NearestSharer;
import dev.piecewise.evaluation.Approaches.OwnAdapters;
import dev.piecewise.evaluation.Dataset;
import dev.piecewise.evaluation.DatasetFiles;
import dev.piecewise.evaluation.Examination;
import dev.piecewise.evaluation.MethodSpec;
import dev.piecewise.evaluation.NearestByEmbedding;
import dev.piecewise.evaluation.Plot;
import dev.piecewise.evaluation.Report;
import dev.piecewise.evaluation.Respondent;
import dev.piecewise.evaluation.Statistics;
import dev.piecewise.model.HiddenStates;
import dev.piecewise.model.TorchSelector;
import dev.piecewise.personalization.Settings;
import dev.piecewise.training.sharers.HiddenStateEmbedding;
import dev.piecewise.training.sharers.UserEmbedding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Methods side by side on a dataset of users. */
@Command(
        name = "evaluate",
        description = "Asks base, retrieval, own and assembled adapters the same held-out questions of many users.",
        mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BaseModelOptions base;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            required = true,
            description = "Users with held-out items: the project's own .jsonl, LaMP, PEFT-U, or a directory of .txt.")
    private Path data;

    @Option(names = "--pool", paramLabel = "POOL", description = "The pool's directory.")
    private @Nullable Path pool;

    @Option(
            names = "--own",
            paramLabel = "DIR",
            description = "Users' own adapters: in it a PEFT directory of each user's name.")
    private @Nullable Path own;

    @Mixin
    private OwnTraining ownTraining;

    @Option(
            names = "--sharers",
            paramLabel = "FILE",
            description = "The sharers' histories, a users file: retrieval finds whom a user is most like among them.")
    private @Nullable Path sharers;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            description = "base, rag[:items=K], retrieval, oppu, "
                    + "perpcs[:k=K,merge=product|factor,keys=gates|arrow,share=S,sharers=N,selection=global|per-batch,"
                    + "temperature=T,items=N], and +rag behind the last three; may be repeated. Without it all that "
                    + "can be had from what is given.")
    private List<String> methods = List.of();

    @Option(names = "--rag-items", paramLabel = "K", description = "Before a prompt (${DEFAULT-VALUE}).")
    private int ragItems = 4;

    @Option(names = "--users", paramLabel = "N", description = "The first so many only.")
    private int users = Integer.MAX_VALUE;

    @Option(names = "--tests", paramLabel = "N", description = "The first so many of each user only.")
    private int tests = Integer.MAX_VALUE;

    @Option(names = "--labels-only", description = "Choose the likeliest label instead of reading what is generated.")
    private boolean labelsOnly;

    @Option(names = "--replicates", paramLabel = "N", description = "Of the bootstrap (${DEFAULT-VALUE}).")
    private int replicates = 1000;

    @Option(names = "--seed", paramLabel = "S", description = "Of every draw (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draw the main metrics too.")
    private @Nullable Path plot;

    @Option(names = "--json", description = "One line of JSON instead of the table.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Usage.atLeast(spec, 1, users, "--users");
        Usage.atLeast(spec, 1, tests, "--tests");
        Usage.atLeast(spec, 1, replicates, "--replicates");
        Usage.atLeast(spec, 1, ragItems, "--rag-items");
        Usage.require(spec, own == null || !ownTraining.isWanted(), "--own and --train-own exclude each other");
        Usage.require(spec, sharers == null || pool != null, "--sharers needs --pool");
        PiecewiseConfig config = base.config();
        Assembler.Options assembly = Settings.of(config).assembly();
        List<MethodSpec> asked = methods().stream()
                .map(text -> MethodSpec.parse(text, assembly, ragItems))
                .toList();
        Dataset dataset = DatasetFiles.read(data).first(users, tests);
        Optional<OwnAdapters> trained = trained(config, dataset);
        try (Termination _ = Termination.atOnce();
                LoadedModel loaded = LoadedModel.load(config);
                TorchSelector selector = new TorchSelector(loaded.base())) {
            Report report = examine(dataset, asked, new Subject(config, loaded, selector, trained));
            print(report);
        }
        return 0;
    }

    /** What is examined. */
    private record Subject(
            PiecewiseConfig config, LoadedModel loaded, TorchSelector selector, Optional<OwnAdapters> trained) {}

    /** Before the model is loaded to be asked: training holds another copy of it. */
    private Optional<OwnAdapters> trained(PiecewiseConfig config, Dataset dataset) {
        if (!ownTraining.isWanted()) {
            return Optional.empty();
        }
        try (Progress progress = new Progress(spec.commandLine().getErr(), "training own adapters")) {
            return Optional.of(ownTraining.train(config, dataset, pool, progress));
        }
    }

    private Report examine(Dataset dataset, List<MethodSpec> asked, Subject subject) throws InterruptedException {
        LoadedModel loaded = subject.loaded();
        PiecewiseConfig config = subject.config();
        Optional<Pool> pieces = Optional.ofNullable(pool).map(loaded::pool);
        boolean resident = pieces.isPresent() && Residency.of(Settings.of(config), pieces.get(), loaded.base());
        Approaches approaches = new Approaches(
                new Approaches.Material(
                        new Adaptation.Base(loaded.fingerprint()),
                        loaded.base().bankLayout(),
                        new Assembler(subject.selector(), Adaptations.encoder(loaded, config), Clock.systemUTC()),
                        pieces,
                        resident,
                        subject.trained().or(() -> ownAdapters(loaded)),
                        pieces.flatMap(with -> nearest(with, loaded, config))),
                seed);
        List<Approach> all = asked.stream().map(approaches::of).toList();
        try (LocalEngine engine =
                        Engines.serving(loaded, config, resident ? pieces : Optional.empty(), EngineObserver.NONE);
                Progress progress = new Progress(spec.commandLine().getErr(), "asking")) {
            Respondent respondent = new Respondent(engine, loaded.tokenizer(), loaded.endTokens());
            int room = config.engine().maxSequences() + config.engine().maxWaiting();
            Examination examination = new Examination(
                    dataset,
                    respondent,
                    new Examination.Options(
                            labelsOnly, Math.min(room, 2 * config.engine().maxSequences())),
                    (done, questions) -> tell(progress, done, questions));
            return examination.report(config.model().servedName(), all, new Statistics(dataset, replicates, seed));
        }
    }

    private static void tell(Progress progress, int done, int all) {
        synchronized (progress) {
            progress.at(done, all);
        }
    }

    private List<String> methods() {
        if (!methods.isEmpty()) {
            return methods;
        }
        List<String> all = new ArrayList<>(List.of("base", "rag"));
        if (sharers != null) {
            all.add("retrieval");
        }
        if (own != null || ownTraining.isWanted()) {
            all.add("oppu");
        }
        if (pool != null) {
            all.add("perpcs");
            all.add("perpcs+rag");
        }
        return all;
    }

    private Optional<OwnAdapters> ownAdapters(LoadedModel loaded) {
        return Optional.ofNullable(own).map(directory -> subject -> {
            LoraAdapter adapter =
                    PeftReader.read(directory.resolve(subject.user()), loaded.shape(), loaded.fingerprint());
            return new OwnAdapters.Own(adapter, Double.NaN);
        });
    }

    private Optional<NearestSharer> nearest(Pool pieces, LoadedModel loaded, PiecewiseConfig config) {
        return Optional.ofNullable(sharers).map(file -> {
            UserEmbedding embedding = new HiddenStateEmbedding(
                    loaded.encoder(config.personalization().maxHistoryTokens()),
                    new HiddenStates(loaded.base())::means);
            SortedMap<String, float[]> embedded = new TreeMap<>();
            for (HistoryFile.UserHistory user : HistoryFile.readUsers(file)) {
                if (pieces.indexOf(user.user()) >= 0) {
                    embedding.of(user).ifPresent(vector -> embedded.put(user.user(), vector));
                }
            }
            if (embedded.isEmpty()) {
                throw ServingException.invalid("--sharers", file + " has no history of any of the pool's sharers");
            }
            return new NearestByEmbedding(embedded, history -> embedding.of(new HistoryFile.UserHistory("", history)));
        });
    }

    private void print(Report report) {
        spec.commandLine().getOut().println(json ? Json.line(report) : new EvaluationTable(report).text());
        if (plot != null) {
            AtomicFiles.file(plot, temporary -> Files.writeString(temporary, new Plot(report).svg()));
        }
    }
}
