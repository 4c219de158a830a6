package dev.piecewise.training.sharers;

import dev.piecewise.training.TrainingListener;
import dev.piecewise.training.TrainingListener.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A run's sharers in groups that are trained side by side. What a group learnt is kept before the next one begins. */
record SharerGroups(SharerRun run, int size, Function<SharerRun.Sharer, Path> result) {
    /** A group of which a result is missing is trained as a whole: it is the same training as the one that was broken off. */
    void forEachUnfinished(BiConsumer<List<SharerRun.Sharer>, TrainingListener> train, TrainingListener listener) {
        List<SharerRun.Sharer> all = run.sharers();
        for (int start = 0; start < all.size(); start += size) {
            List<SharerRun.Sharer> group = all.subList(start, Math.min(start + size, all.size()));
            if (!group.stream().allMatch(this::isDone)) {
                String what = "sharers %d to %d of %d".formatted(start + 1, start + group.size(), all.size());
                train.accept(group, progress -> listener.stepped(named(progress, what)));
            }
        }
    }

    boolean isDone(SharerRun.Sharer sharer) {
        return Files.exists(result.apply(sharer));
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
