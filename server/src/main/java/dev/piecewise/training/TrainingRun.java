package dev.piecewise.training;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.AdamStep;
import dev.piecewise.model.Learnables;
import dev.piecewise.model.TrainingBatch;
import dev.piecewise.training.TrainingSettings.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps of one group of learners that train side by side, those with the most steps first. */
final class TrainingRun {
    private final List<Learner> learners;
    private final List<ExampleOrder> orders;
    private final TrainingSettings settings;
    private final BatchBuilder builder;
    private final Learnables learnables;
    private final @Nullable TrainingCheckpoint checkpoint;
    private @Nullable TrainingBatch lastBatch;
    private double bestSpeed;

    TrainingRun(
            List<Learner> learners,
            List<ExampleOrder> orders,
            TrainingSettings settings,
            Learnables learnables,
            @Nullable TrainingCheckpoint checkpoint) {
        this.learners = learners;
        this.orders = orders;
        this.settings = settings;
        this.builder = new BatchBuilder(learners, settings.accumulation());
        this.learnables = learnables;
        this.checkpoint = checkpoint;
    }

    int steps() {
        return orders.getFirst().steps();
    }

    /** From the last checkpoint to the end. */
    void run(Pace pace) {
        int first = checkpoint == null ? 0 : checkpoint.restore(learnables);
        pace.resume(first);
        for (int step = first; step < steps(); step++) {
            pace.stepped(step(step));
            boolean stops = pace.stops();
            boolean due = (step + 1) % settings.checkpointEvery() == 0 || step + 1 == steps();
            if (checkpoint != null && (due || stops)) {
                checkpoint.write(learnables, step + 1);
            }
            if (stops) {
                String again = checkpoint == null ? "" : "; the same command goes on there";
                throw new ServingException(ErrorCode.UNAVAILABLE, "stopped after " + pace.done() + again);
            }
        }
        if (lastBatch != null) {
            double limit = lastBatch.tokens().length / learnables.productSeconds(lastBatch);
            pace.measured(bestSpeed, limit);
        }
    }

    /** What a step came to. */
    record Outcome(String what, double loss, double gradient, double learningRate, int tokens) {}

    private Outcome step(int step) {
        List<ExampleOrder> active =
                orders.stream().filter(order -> step < order.steps()).toList();
        List<int[]> chosen = active.stream().map(order -> order.at(step)).toList();
        float[] losses = new float[active.size()];
        int tokens = 0;
        int targets = 0;
        for (int user = 0; user < chosen.size(); user++) {
            tokens += builder.tokens(user, chosen.get(user));
            targets += builder.targets(user, chosen.get(user));
        }
        long start = System.nanoTime();
        long padded = 0;
        for (TrainingBatch batch : builder.batches(chosen)) {
            lastBatch = batch;
            padded += batch.tokens().length;
            float[] part = learnables.accumulate(batch, settings.recompute());
            for (int user = 0; user < losses.length; user++) {
                losses[user] += part[user];
            }
        }
        requireFinite(losses, "loss", step, chosen);
        float[] rates = rates(active, step);
        float[] norms = learnables.update(adam(step, rates));
        requireFinite(norms, "gradient", step, chosen);
        bestSpeed = Math.max(bestSpeed, padded / ((System.nanoTime() - start) / 1e9));
        double loss = 0;
        double norm = 0;
        for (int user = 0; user < losses.length; user++) {
            loss += losses[user] / targets;
            norm = Math.max(norm, norms[user]);
        }
        return new Outcome(name(active.size()), loss, norm, rates[0], tokens);
    }

    private float[] rates(List<ExampleOrder> active, int step) {
        float[] rates = new float[active.size()];
        for (int user = 0; user < rates.length; user++) {
            rates[user] =
                    (float) settings.optimizer().rate(step, active.get(user).steps());
        }
        return rates;
    }

    private AdamStep adam(int step, float[] rates) {
        Optimizer optimizer = settings.optimizer();
        return new AdamStep(
                optimizer.beta1(),
                optimizer.beta2(),
                optimizer.epsilon(),
                optimizer.weightDecay(),
                optimizer.clip(),
                step + 1,
                rates);
    }

    private void requireFinite(float[] values, String what, int step, List<int[]> chosen) {
        for (int user = 0; user < values.length; user++) {
            if (!Float.isFinite(values[user])) {
                int[] examples = chosen.get(user);
                String kept = checkpoint == null ? "" : "; the last good checkpoint is " + checkpoint.file();
                throw new ServingException(
                        ErrorCode.INTERNAL,
                        "step %d: the %s of %s is %s on examples %s%s"
                                .formatted(
                                        step + 1,
                                        what,
                                        learners.get(user).user(),
                                        values[user],
                                        numbers(examples),
                                        kept));
            }
        }
    }

    private static String numbers(int[] examples) {
        String shown =
                Arrays.stream(examples).limit(16).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        return examples.length > 16 ? shown + ", ..." : shown;
    }

    private String name(int active) {
        String first = learners.getFirst().user();
        return active == 1 ? first : "%s and %d more".formatted(first, active - 1);
    }
}
