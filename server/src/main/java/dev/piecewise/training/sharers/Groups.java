package dev.piecewise.training.sharers;

import dev.piecewise.training.TrainingListener;
import dev.piecewise.training.TrainingListener.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A run's sharers in groups that are trained side by side. What a group learnt is kept before the next one begins. */
record Groups(SharerRun run, int size, Function<SharerRun.Sharer, Path> result) {
    /** Those of a group whose result is there already are not trained again. */
    void forEachUnfinished(BiConsumer<List<SharerRun.Sharer>, TrainingListener> train, TrainingListener listener) {
        List<SharerRun.Sharer> all = run.sharers();
        for (int start = 0; start < all.size(); start += size) {
            List<SharerRun.Sharer> group = all.subList(start, Math.min(start + size, all.size()));
            List<SharerRun.Sharer> missing = group.stream()
                    .filter(sharer -> !Files.exists(result.apply(sharer)))
                    .toList();
            if (!missing.isEmpty()) {
                String what = "sharers %d to %d of %d".formatted(start + 1, start + group.size(), all.size());
                train.accept(missing, progress -> listener.stepped(named(progress, what)));
            }
        }
    }

    private static Progress named(Progress progress, String what) {
        return new Progress(
                what,
                progress.step(),
                progress.steps(),
                progress.loss(),
                progress.gradient(),
                progress.learningRate(),
                progress.tokensPerSecond(),
                progress.left());
    }
}
