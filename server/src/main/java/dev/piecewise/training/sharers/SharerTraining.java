package dev.piecewise.training.sharers;

import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.PeftWriter;
import dev.piecewise.checkpoint.ContentHash;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.model.TrainableBase;
import dev.piecewise.training.Checkpoints;
import dev.piecewise.training.ExampleReader;
import dev.piecewise.training.LoraShape;
import dev.piecewise.training.Trainer;
import dev.piecewise.training.TrainingListener;
import dev.piecewise.training.TrainingSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Chooses sharers and trains the LoRA of each, all from one A0 (Per-Pcs A.3, A.4). The same calls after a kill go on where they were. */
public final class SharerTraining {
    private final Options options;
    private final Path directory;

    /** {@code directory} is where the run's results are kept. */
    public SharerTraining(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    /** Who shares, what their adapters are like and how they are trained; {@code seed} is that of A0. */
    public record Options(
            SharerSelection.Options selection,
            int rank,
            double alpha,
            Set<Projection> projections,
            long seed,
            TrainingSettings training) {
        public Options {
            projections = Set.copyOf(projections);
        }

        private Map<String, String> described(String base, List<UserHistory> users) {
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put("base", base);
            settings.put("users", hash(users));
            settings.put("seed", String.valueOf(seed));
            settings.put("clusters", selection.described());
            settings.put("more than", String.valueOf(selection.moreThan()));
            settings.put("seed of clusters", String.valueOf(selection.seed()));
            settings.put("rank", String.valueOf(rank));
            settings.put("alpha", String.valueOf(alpha));
            settings.put("projections", new TreeSet<>(projections).toString());
            settings.put("training", training.toString());
            return settings;
        }

        private static String hash(List<UserHistory> users) {
            ContentHash hash = new ContentHash("users");
            users.forEach(user -> {
                hash.put(user.user()).put(user.items().size());
                user.items().forEach(item -> hash.put(item.toString()));
            });
            return hash.finish();
        }
    }

    /**
     * Who shares, of the users who agreed. The embedding is asked for only where they have not been chosen yet.
     *
     * @param base the base model's fingerprint
     * @param looked hears how many candidates were looked at
     */
    public SharerRun choose(
            String base,
            List<UserHistory> users,
            Consents consents,
            Supplier<UserEmbedding> embedding,
            IntConsumer looked) {
        List<UserHistory> candidates = consents.among(users);
        Map<String, String> settings = options.described(base, candidates);
        Optional<SharerRun> begun = SharerRun.find(directory, settings);
        if (begun.isPresent()) {
            return begun.get();
        }
        List<SharerRun.Sharer> sharers = new SharerSelection(embedding.get(), options.selection())
                .choose(candidates, looked).stream()
                        .map(chosen -> new SharerRun.Sharer(
                                chosen.user().user(),
                                chosen.user().items().size(),
                                chosen.cluster(),
                                consents.of(chosen.user().user()).orElseThrow()))
                        .toList();
        return SharerRun.begin(directory, base, settings, sharers);
    }

    /** Trains what has not been trained yet. */
    public void train(
            SharerRun run,
            TrainableBase base,
            ExampleReader reader,
            List<UserHistory> users,
            TrainingListener listener) {
        LoraShape shape =
                LoraShape.of(base.config(), options.projections(), options.rank(), options.alpha(), options.seed());
        SharerGroups groups = new SharerGroups(run, options.training().sideBySide(), run.log("adapters"), run::adapter);
        groups.forEachUnfinished(
                (members, heard) -> {
                    Checkpoints checkpoints = run.checkpoints("adapters");
                    Trainer trainer = new Trainer(base, options.training(), heard, checkpoints);
                    SequencedMap<String, LoraAdapter> trained =
                            trainer.adapters(Learners.of(members, users, reader), shape);
                    for (SharerRun.Sharer sharer : members) {
                        if (!groups.isDone(sharer)) {
                            LoraAdapter adapter = Learners.result(trained, sharer);
                            PeftWriter.write(adapter, base.config(), run.base(), run.adapter(sharer));
                        }
                    }
                    checkpoints.clear();
                },
                listener);
    }
}
