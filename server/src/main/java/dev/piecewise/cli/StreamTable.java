package dev.piecewise.cli;

import dev.piecewise.bench.StreamReport;
import dev.piecewise.bench.StreamReport.Beside;
import dev.piecewise.bench.StreamReport.Gaps;
import dev.piecewise.bench.StreamReport.Turn;
import java.util.ArrayList;
import java.util.List;

/** A report of running streams for people. */
record StreamTable(StreamReport report) {
    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("%d streams, prompts of %d tokens, steps of at most %d"
                .formatted(report.streams(), report.prompt(), report.budget()));
        lines.add(gaps("between tokens, alone", report.alone()));
        lines.add(beside(report.beside()));
        report.unbounded().ifPresent(beside -> lines.add(beside(beside)));
        lines.add(turn("first turn", report.first()));
        lines.add(turn("second turn", report.second()));
        lines.add(turn("the same without reuse", report.cold()));
        lines.add("%.0f bytes of heap taken for a token; the collector paused %d times, at most %.2f ms"
                .formatted(
                        report.allocatedBytesPerToken(),
                        report.pauses().count(),
                        report.pauses().longest()));
        return String.join("\n", lines);
    }

    private static String beside(Beside beside) {
        String bound = beside.stretch() == 0 ? "unbounded" : "bound %.2f".formatted(beside.stretch());
        return gaps("beside prompts, " + bound, beside.gaps())
                + "; meanwhile %.0f tokens/s, %.0f of them the prompts'"
                        .formatted(beside.tokensPerSecond(), beside.promptTokensPerSecond());
    }

    private static String gaps(String when, Gaps gaps) {
        return "%-26s median %8.1f ms, p99 %8.1f (%.2f times), longest %8.1f"
                .formatted(
                        when, gaps.median() * 1e3, gaps.p99() * 1e3, gaps.p99() / gaps.median(), gaps.longest() * 1e3);
    }

    private static String turn(String which, Turn turn) {
        return "%-26s first token %8.1f ms, %d of %d tokens computed"
                .formatted(which, turn.firstTokenSeconds() * 1e3, turn.tokens() - turn.cached(), turn.tokens());
    }
}
