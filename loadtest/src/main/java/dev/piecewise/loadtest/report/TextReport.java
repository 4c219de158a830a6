package dev.piecewise.loadtest.report;

import dev.piecewise.loadtest.measure.Latency;
import dev.piecewise.loadtest.measure.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A report for the terminal. */
public final class TextReport {
    private TextReport() {}

    /** Every run with all its percentiles, and a table of the runs where there are several. */
    public static String of(Report report) {
        List<String> lines = new ArrayList<>();
        report.runs().forEach(run -> describe(run, report.bounds(), lines));
        Report.@Nullable Beside beside = report.beside();
        if (beside != null) {
            lines.add("beside: " + beside.server().text());
            lines.add("");
            beside.runs().forEach(run -> describe(run, report.bounds(), lines));
        }
        if (report.runs().size() > 1) {
            lines.addAll(RunTable.of(report).plain());
            lines.add("");
        }
        if (beside != null) {
            lines.addAll(RatioTable.of(report).plain());
            lines.add("");
        }
        report.notes().forEach(note -> lines.add("note: " + note));
        return String.join("\n", lines).stripTrailing();
    }

    private static void describe(Report.Run run, String bounds, List<String> lines) {
        Summary all = run.summary();
        lines.add("%s: %s, %s, %s; prompts %s, answers %s"
                .formatted(run.name(), users(run, all), run.load(), run.api(), run.prompts(), run.answers()));
        lines.add("  %d requests in %.1f s, %d failed; %.2f requests/s, %.1f answer tokens/s, %.1f with the prompts'"
                .formatted(
                        all.requests(),
                        all.seconds(),
                        all.failed(),
                        all.requestsPerSecond(),
                        all.answerTokensPerSecond(),
                        all.allTokensPerSecond()));
        if (!bounds.isEmpty()) {
            double share = all.requests() == 0 ? 0 : 100.0 * all.goodRequests() / all.requests();
            lines.add("  goodput %.2f requests/s (%.1f %% of all) under %s".formatted(all.goodput(), share, bounds));
        }
        if (all.succeeded() > 0) {
            lines.add("  ms                p50       p90       p95       p99      mean       max");
            lines.add(times("TTFT", all.ttft()));
            lines.add(times("ITL", all.itl()));
            lines.add(times("TPOT", all.tpot()));
            lines.add(times("end to end", all.e2e()));
        }
        all.failures()
                .forEach(
                        (kind, of) -> lines.add("  failed, %s: %d, first: %s".formatted(kind, of.count(), of.first())));
        if (!all.modes().isEmpty()) {
            lines.add("  answered with: " + modes(all.modes()));
        }
        lines.add("");
    }

    static String users(Report.Run run, Summary all) {
        return run.users() == 0 ? "the base model" : "%d different users".formatted(all.distinctUsers());
    }

    static String modes(Map<String, Long> modes) {
        return String.join(
                ", ",
                modes.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(mode -> mode.getKey() + " " + mode.getValue())
                        .toList());
    }

    private static String times(String name, Latency of) {
        return "  %-12s %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f"
                .formatted(name, of.p50(), of.p90(), of.p95(), of.p99(), of.mean(), of.max());
    }
}
