package dev.piecewise.loadtest.report;

import dev.piecewise.loadtest.measure.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What two servers did with the same requests, in turns: each figure of the one, of the other, and the first in shares of the second. */
final class RatioTable {
    private RatioTable() {}

    /** Rows for the runs that both made; none where one server was asked alone. */
    static Table of(Report report) {
        Report.@Nullable Beside beside = report.beside();
        List<Report.Run> others = beside == null ? List.of() : beside.runs();
        return new Table(
                List.of(
                        "",
                        "tokens/s",
                        "beside",
                        "ratio",
                        "TTFT p50 ms",
                        "beside",
                        "ratio",
                        "TPOT p50 ms",
                        "beside",
                        "ratio"),
                IntStream.range(0, Math.min(report.runs().size(), others.size()))
                        .mapToObj(i -> row(report.runs().get(i), others.get(i).summary()))
                        .toList());
    }

    private static List<String> row(Report.Run run, Summary beside) {
        List<String> row = new ArrayList<>();
        row.add(run.name());
        compare(run.summary(), beside, Summary::answerTokensPerSecond, row);
        compare(run.summary(), beside, of -> of.ttft().p50(), row);
        compare(run.summary(), beside, of -> of.tpot().p50(), row);
        return row;
    }

    private static void compare(Summary one, Summary other, ToDoubleFunction<Summary> figure, List<String> row) {
        double here = figure.applyAsDouble(one);
        double there = figure.applyAsDouble(other);
        row.add("%.1f".formatted(here));
        row.add("%.1f".formatted(there));
        row.add(there > 0 ? "%.2f".formatted(here / there) : "-");
    }
}
