package dev.piecewise.cli;

import dev.piecewise.evaluation.Interval;
import dev.piecewise.evaluation.Report;
import dev.piecewise.evaluation.Report.Estimate;
import dev.piecewise.evaluation.Report.MethodCost;
import dev.piecewise.evaluation.Report.Row;
import dev.piecewise.evaluation.Report.TaskResult;
import java.util.ArrayList;
import java.util.List;

/** An evaluation's report for people: a table for each task, and one of what users cost. */
record EvaluationTable(Report report) {
    private static final int CELL = 40;

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("%s; %d users, %d questions; [95 %% intervals] from %d resamplings of users, seed %d"
                .formatted(report.model(), report.users(), report.tests(), report.replicates(), report.seed()));
        lines.add("beside them the gain over base, and its share of the gain of the user's own adapter (oppu)");
        report.tasks().forEach(task -> add(task, lines));
        lines.add("");
        lines.add(name("a user costs") + "%14s %12s".formatted("bytes", "ms"));
        report.methods().forEach(cost -> lines.add(line(cost)));
        return String.join("\n", lines);
    }

    private void add(TaskResult task, List<String> lines) {
        lines.add("");
        lines.add("%s (%s, %d users, %d questions)".formatted(task.task(), task.kind(), task.users(), task.tests()));
        StringBuilder head = new StringBuilder(name("method"));
        task.rows().getFirst().metrics().keySet().forEach(metric -> head.append(cell(metric)));
        lines.add(head.toString().stripTrailing());
        for (Row row : task.rows()) {
            StringBuilder line = new StringBuilder(name(row.method()));
            row.metrics().values().forEach(estimate -> line.append(cell(text(estimate))));
            lines.add(line.toString().stripTrailing());
        }
    }

    private static String text(Estimate estimate) {
        Interval interval = estimate.interval();
        return "%.3f [%.3f, %.3f]".formatted(estimate.value(), interval.low(), interval.high())
                + estimate.gain().map(gain -> " %+.3f".formatted(gain.value())).orElse("")
                + estimate.ofOwn()
                        .map(share -> " %.0f %%".formatted(100 * share.value()))
                        .orElse("");
    }

    private String line(MethodCost cost) {
        String milliseconds = cost.secondsPerUser()
                .map(seconds -> "%.1f".formatted(seconds * 1e3))
                .orElse("elsewhere");
        return name(cost.method()) + "%,14.0f %12s".formatted(cost.bytesPerUser(), milliseconds);
    }

    /** In a column that the longest name has room in. */
    private String name(String text) {
        int width = report.methods().stream()
                .mapToInt(cost -> cost.method().length())
                .max()
                .orElse(0);
        return text + " ".repeat(Math.max(16, width + 2) - Math.min(text.length(), Math.max(16, width + 2)));
    }

    private static String cell(String text) {
        return text + " ".repeat(Math.max(1, CELL - text.length()));
    }
}
