package dev.piecewise.cli;

import dev.piecewise.bench.StreamReport;
import dev.piecewise.bench.StreamReport.Gaps;
import dev.piecewise.bench.StreamReport.Turn;

/** A report of running streams for people. */
record StreamTable(StreamReport report) {
    String text() {
        return String.join(
                "\n",
                "%d streams, prompts of %d tokens, steps of at most %d"
                        .formatted(report.streams(), report.prompt(), report.budget()),
                gaps("between tokens, alone", report.alone()),
                gaps("beside long prompts", report.beside()),
                turn("first turn", report.first()),
                turn("second turn", report.second()),
                turn("the same without reuse", report.cold()));
    }

    private static String gaps(String when, Gaps gaps) {
        return "%-24s median %8.1f ms, p99 %8.1f (%.2f times), longest %8.1f"
                .formatted(
                        when, gaps.median() * 1e3, gaps.p99() * 1e3, gaps.p99() / gaps.median(), gaps.longest() * 1e3);
    }

    private static String turn(String which, Turn turn) {
        return "%-24s first token %8.1f ms, %d of %d tokens computed"
                .formatted(which, turn.firstTokenSeconds() * 1e3, turn.tokens() - turn.cached(), turn.tokens());
    }
}
