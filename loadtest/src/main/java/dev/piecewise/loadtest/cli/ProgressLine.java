package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.run.Watcher;
import java.io.PrintWriter;
import java.util.Locale;

/** One line on standard error that says how it goes; silent when nobody looks at a terminal. */
final class ProgressLine implements AutoCloseable {
    private static final int WIDTH = 24;

    private final PrintWriter err;

    @SuppressWarnings("SystemConsoleNull") // it is null where JDK 25's own console is chosen and nobody is there
    private final boolean terminal =
            System.console() != null && System.console().isTerminal();

    private int longest;

    ProgressLine(PrintWriter err) {
        this.err = err;
    }

    /** {@code done} of {@code total} steps of getting ready. */
    void step(String what, int done, int total) {
        show("%s %s %d/%d".formatted(what, bar((double) done / total), done, total));
    }

    /** How the run of that name goes. */
    void run(String name, Watcher.State state) {
        show(String.format(
                Locale.ROOT,
                "%s %s %d open, %d answered, %d failed, TTFT p50 %.0f ms",
                name,
                state.warmingUp() ? "[warming up]" : bar(state.passed()),
                state.open(),
                state.answers().requests() - state.answers().failed(),
                state.answers().failed(),
                state.answers().ttft()));
    }

    private static String bar(double share) {
        int filled = (int) Math.round(WIDTH * Math.clamp(share, 0.0, 1.0));
        return "[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "]";
    }

    private synchronized void show(String line) {
        if (terminal) {
            err.print("\r" + line + " ".repeat(Math.max(0, longest - line.length())));
            err.flush();
            longest = Math.max(longest, line.length());
        }
    }

    @Override
    public void close() {
        clear();
    }

    /** Leaves no trace of the line. */
    synchronized void clear() {
        if (longest > 0) {
            err.print("\r" + " ".repeat(longest) + "\r");
            err.flush();
            longest = 0;
        }
    }
}
