package dev.piecewise.training;

import java.time.Duration;

/** Counts steps and tokens over all groups of one training, and tells the listener. */
final class Pace {
    private final TrainingListener listener;
    private final int steps;
    private final long start = System.nanoTime();
    private int done;
    private int resumed;
    private long tokens;

    Pace(TrainingListener listener, int steps) {
        this.listener = listener;
        this.steps = steps;
    }

    /** Steps that were taken before this run. */
    void resume(int count) {
        done += count;
        resumed += count;
    }

    void measured(double tokensPerSecond, double limit) {
        listener.measured(tokensPerSecond, limit);
    }

    /** Whether the listener wants no more. */
    boolean stops() {
        return listener.stops();
    }

    /** Steps taken, of how many. */
    String done() {
        return "step %d of %d".formatted(done, steps);
    }

    void stepped(TrainingRun.Outcome outcome) {
        done++;
        tokens += outcome.tokens();
        double seconds = (System.nanoTime() - start) / 1e9;
        long left = Math.round(seconds * 1000 * (steps - done) / (done - resumed));
        listener.stepped(new TrainingListener.Progress(
                outcome.what(),
                done,
                steps,
                outcome.loss(),
                outcome.gradient(),
                outcome.learningRate(),
                tokens / seconds,
                Duration.ofMillis(left)));
    }
}
