package dev.piecewise.cli;

import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.evaluation.Approaches.OwnAdapters;
import dev.piecewise.evaluation.Dataset;
import dev.piecewise.training.ExampleReader;
import dev.piecewise.training.Learner;
import dev.piecewise.training.LoraShape;
import dev.piecewise.training.Trainer;
import dev.piecewise.training.TrainingListener;
import dev.piecewise.training.TrainingSettings;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options and work of training an own adapter for each user of a dataset, several side by side, as sharers' adapters are trained. */
final class OwnTraining {
    private static final double NANOS = 1e9;

    @Option(
            names = "--train-own",
            description = "Train an own adapter for each user (OPPU), of the pool's sites or of q, k, v and o.")
    private boolean wanted;

    @Option(names = "--own-steps", paramLabel = "N", description = "Updates of each (${DEFAULT-VALUE}).")
    private int steps = 100;

    @Option(names = "--own-rate", paramLabel = "X", description = "Peak learning rate (${DEFAULT-VALUE}).")
    private double rate = 5e-3;

    @Option(names = "--own-rank", paramLabel = "R", description = "Rank, and alpha (${DEFAULT-VALUE}).")
    private int rank = 8;

    boolean isWanted() {
        return wanted;
    }

    /** What each user's adapter cost is the mean over all of them. Blocking, for as long as training takes. */
    OwnAdapters train(PiecewiseConfig config, Dataset dataset, @Nullable Path pool, Progress progress) {
        long begun = System.nanoTime();
        Map<String, LoraAdapter> trained;
        try (Termination _ = Termination.atOnce();
                TrainableModel model = TrainableModel.load(config)) {
            TrainingListener listener = step -> progress.at(step.step(), step.steps());
            TrainingSettings settings = TrainingSettings.lora(new TrainingSettings.Length.Steps(steps), rate, 1);
            LoraShape shape = LoraShape.of(model.base().config(), projections(pool), rank, rank, 1);
            int longest = config.personalization().maxHistoryTokens();
            trained = new Trainer(model.base(), settings, listener, null)
                    .adapters(learners(dataset, model, longest), shape);
        }
        double each = (System.nanoTime() - begun) / NANOS / dataset.subjects().size();
        return subject -> {
            LoraAdapter adapter = trained.get(subject.user());
            if (adapter == null) {
                throw new IllegalStateException("nothing was trained for a user of the dataset");
            }
            return new OwnAdapters.Own(adapter, each);
        };
    }

    private static Set<Projection> projections(@Nullable Path pool) {
        Set<Projection> projections = EnumSet.noneOf(Projection.class);
        if (pool == null) {
            projections.addAll(EnumSet.of(Projection.Q, Projection.K, Projection.V, Projection.O));
        } else {
            Pool pieces = PoolReader.read(pool);
            pieces.sites().keySet().forEach(site -> projections.add(site.projection()));
        }
        return projections;
    }

    private static List<Learner> learners(Dataset dataset, TrainableModel model, int longest) {
        ExampleReader reader = model.reader(longest);
        return dataset.subjects().stream()
                .map(subject -> Learner.of(subject.user(), subject.history(), reader, "--data"))
                .toList();
    }
}
