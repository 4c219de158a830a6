package dev.piecewise.loadtest.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text under a head, each as long as the head. */
record Table(List<String> head, List<List<String>> rows) {

    /** Columns of the same width, the first to the left. */
    List<String> plain() {
        List<List<String>> all = new ArrayList<>();
        all.add(head);
        all.addAll(rows);
        int[] widths = IntStream.range(0, head.size())
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

    List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add(cells(head));
        lines.add("|" + "---|".repeat(head.size()));
        rows.forEach(row -> lines.add(cells(row)));
        return lines;
    }

    private static String cells(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
