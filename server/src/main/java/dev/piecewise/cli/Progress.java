package dev.piecewise.cli;

import java.io.PrintWriter;
import java.time.Duration;

/** A bar on standard error for what takes longer than two seconds; silent when nobody looks at a terminal. */
final class Progress implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int WIDTH = 30;

    private final PrintWriter err;
    private final String what;

    @SuppressWarnings("SystemConsoleNull") // it is null where JDK 25's own console is chosen and nobody is there
    private final boolean terminal =
            System.console() != null && System.console().isTerminal();

    private final long start = System.nanoTime();
    private boolean shown;
    private int longest;

    Progress(PrintWriter err, String what) {
        this.err = err;
        this.what = what;
    }

    /** {@code done} of {@code total} are done. */
    void at(long done, long total) {
        at(done, total, "");
    }

    /** The same, with a few words on how it goes. */
    void at(long done, long total, String note) {
        if (!terminal || System.nanoTime() - start < PATIENCE.toNanos()) {
            return;
        }
        int filled = (int) (WIDTH * done / Math.max(1, total));
        String line =
                "%s [%s%s] %d/%d %s".formatted(what, "#".repeat(filled), " ".repeat(WIDTH - filled), done, total, note);
        err.print("\r" + line + " ".repeat(Math.max(0, longest - line.length())));
        err.flush();
        longest = Math.max(longest, line.length());
        shown = true;
    }

    @Override
    public void close() {
        if (shown) {
            err.print("\r" + " ".repeat(longest) + "\r");
            err.flush();
        }
    }
}
