package dev.piecewise.training.sharers;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.training.TrainingListener;
import dev.piecewise.training.TrainingListener.Progress;
import dev.piecewise.training.TrainingLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A run's sharers in groups that are trained side by side. What a group learnt is kept before the next one begins; a group of which a result is missing is trained as a
 * whole, since it is the same training as the one that was broken off.
 *
 * @param log the directory of the steps' numbers and of the loss's curve
 * @param result where a sharer's result is kept
 */
record SharerGroups(SharerRun run, int size, Path log, Function<SharerRun.Sharer, Path> result) {
    /** {@code listener} hears the steps of all groups as those of one training. */
    void forEachUnfinished(BiConsumer<List<SharerRun.Sharer>, TrainingListener> train, TrainingListener listener) {
        List<SharerRun.Sharer> all = run.sharers();
        TrainingLog numbers = new TrainingLog(log.resolve("training.csv"));
        int groups = Math.ceilDiv(all.size(), size);
        Pace pace = new Pace(listener, numbers, groups);
        boolean trained = false;
        for (int group = 0; group < groups; group++) {
            List<SharerRun.Sharer> members = all.subList(group * size, Math.min((group + 1) * size, all.size()));
            if (!members.stream().allMatch(this::isDone)) {
                train.accept(members, pace.of(group));
                trained = true;
            }
        }
        if (trained) {
            publish(numbers);
        }
    }

    boolean isDone(SharerRun.Sharer sharer) {
        return Files.exists(result.apply(sharer));
    }

    private void publish(TrainingLog numbers) {
        try {
            numbers.publish(log);
        } catch (IOException e) {
            throw BadFileException.of(log, e);
        }
    }

    /** Counts the steps of all groups, each of which takes as many. */
    private static final class Pace {
        private final TrainingListener listener;
        private final TrainingLog log;
        private final int groups;
        private final long begun = System.nanoTime();
        private int taken;

        Pace(TrainingListener listener, TrainingLog log, int groups) {
            this.listener = listener;
            this.log = log;
            this.groups = groups;
        }

        TrainingListener of(int group) {
            return new TrainingListener() {
                @Override
                public void stepped(Progress progress) {
                    Progress all = ofAll(group, progress);
                    log.stepped(all);
                    listener.stepped(all);
                }

                @Override
                public boolean stops() {
                    return listener.stops();
                }
            };
        }

        private Progress ofAll(int group, Progress progress) {
            taken++;
            int step = group * progress.steps() + progress.step();
            int steps = groups * progress.steps();
            Duration left = Duration.ofNanos((System.nanoTime() - begun) / taken * (steps - step));
            return new Progress(
                    progress.what(),
                    step,
                    steps,
                    progress.loss(),
                    progress.gradient(),
                    progress.learningRate(),
                    progress.tokensPerSecond(),
                    left);
        }
    }
}
