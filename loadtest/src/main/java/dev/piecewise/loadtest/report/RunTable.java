package dev.piecewise.loadtest.report;

import dev.piecewise.loadtest.measure.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A report's runs as rows, with figures beside the base's where the first row is the base. */
final class RunTable {
    private RunTable() {}

    static List<String> head(Report report) {
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

    static List<List<String>> rows(Report report) {
        return report.runs().stream().map(run -> row(report, run)).toList();
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

    /** Columns of the same width. */
    static List<String> plain(Report report) {
        List<List<String>> all = new ArrayList<>();
        all.add(head(report));
        all.addAll(rows(report));
        int[] widths = IntStream.range(0, all.getFirst().size())
                .map(column -> all.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        return IntStream.range(0, row.size())
                .mapToObj(i -> (i == 0 ? "%-" + widths[i] + "s" : "%" + widths[i] + "s").formatted(row.get(i)))
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }

    static List<String> markdown(Report report) {
        List<String> lines = new ArrayList<>();
        List<String> head = head(report);
        lines.add(cells(head));
        lines.add("|" + "---|".repeat(head.size()));
        rows(report).forEach(row -> lines.add(cells(row)));
        return lines;
    }

    private static String cells(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
