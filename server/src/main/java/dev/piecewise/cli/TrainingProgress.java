package dev.piecewise.cli;

import dev.piecewise.training.TrainingListener;
import java.io.PrintWriter;
import java.time.Duration;

/** Shows how a training goes: a bar with loss, tokens/s and the time left. A signal ends it after the step that runs. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final dev.piecewise.cli.Progress bar;
    private final Termination termination = Termination.after(PATIENCE);
    private final long start = System.nanoTime();
    private String speed = "";
    private String summary = "nothing was left to train";

    TrainingProgress(PrintWriter err, String what) {
        bar = new dev.piecewise.cli.Progress(err, what);
    }

    @Override
    public void stepped(TrainingListener.Progress progress) {
        bar.at(
                progress.step(),
                progress.steps(),
                "loss %.4f, %,.0f tokens/s, %s left"
                        .formatted(progress.loss(), progress.tokensPerSecond(), clock(progress.left())));
        summary = "%d steps, loss %.4f, %,.0f tokens/s, %s"
                .formatted(
                        progress.steps(),
                        progress.loss(),
                        progress.tokensPerSecond(),
                        clock(Duration.ofNanos(System.nanoTime() - start)));
    }

    @Override
    public void measured(double tokensPerSecond, double limit) {
        speed = "; best %,.0f tokens/s, %.0f %% of what its matrix products alone allow"
                .formatted(tokensPerSecond, 100 * tokensPerSecond / limit);
    }

    /** What it came to, for the end. */
    String summary() {
        return summary + speed;
    }

    /** As in 1:02:03 or 2:03. */
    private static String clock(Duration time) {
        long seconds = time.toSeconds();
        return seconds >= 3600
                ? "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
                : "%d:%02d".formatted(seconds / 60, seconds % 60);
    }

    @Override
    public boolean stops() {
        return termination.isWanted();
    }

    @Override
    public void close() {
        bar.close();
        termination.close();
    }
}
