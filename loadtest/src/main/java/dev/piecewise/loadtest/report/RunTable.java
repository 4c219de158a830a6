package dev.piecewise.loadtest.report;

import dev.piecewise.loadtest.measure.Summary;
import java.util.ArrayList;
import java.util.List;

/** A report's runs as rows, with figures beside the base's where the first row is the base. */
final class RunTable {
    private RunTable() {}

    static Table of(Report report) {
        return new Table(
                head(report),
                report.runs().stream().map(run -> row(report, run)).toList());
    }

    private static List<String> head(Report report) {
        List<String> head = new ArrayList<>(List.of("", "requests/s", "tokens/s"));
        if (hasBase(report)) {
            head.add("of the base's");
        }
        head.addAll(
                List.of("TTFT p50", "p95", "p99 ms", "ITL p50", "p99 ms", "TPOT p50", "p99 ms", "e2e p50", "p99 ms"));
        if (!report.bounds().isEmpty()) {
            head.add("good/s");
        }
        head.add("failed");
        return head;
    }

    private static boolean hasBase(Report report) {
        return report.runs().size() > 1
                && report.runs().getFirst().name().startsWith("base")
                && report.runs().getFirst().summary().answerTokensPerSecond() > 0;
    }

    private static List<String> row(Report report, Report.Run run) {
        Summary all = run.summary();
        List<String> row = new ArrayList<>();
        row.add(run.name());
        row.add("%.2f".formatted(all.requestsPerSecond()));
        row.add("%.1f".formatted(all.answerTokensPerSecond()));
        if (hasBase(report)) {
            double base = report.runs().getFirst().summary().answerTokensPerSecond();
            row.add("%.2f".formatted(all.answerTokensPerSecond() / base));
        }
        for (double time : new double[] {
            all.ttft().p50(),
            all.ttft().p95(),
            all.ttft().p99(),
            all.itl().p50(),
            all.itl().p99(),
            all.tpot().p50(),
            all.tpot().p99(),
            all.e2e().p50(),
            all.e2e().p99()
        }) {
            row.add("%.1f".formatted(time));
        }
        if (!report.bounds().isEmpty()) {
            row.add("%.2f".formatted(all.goodput()));
        }
        row.add(all.failed() == 0 ? "0" : "%d of %d".formatted(all.failed(), all.requests()));
        return row;
    }
}
