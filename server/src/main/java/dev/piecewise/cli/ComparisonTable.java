package dev.piecewise.cli;

import dev.piecewise.bench.Comparison;
import dev.piecewise.bench.Comparison.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A comparison with a baseline for people: one line for each ratio. */
record ComparisonTable(Comparison comparison) {
    String text() {
        int widest = comparison.rows().stream()
                .mapToInt(row -> row.name().length())
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        lines.add(" ".repeat(widest) + "   baseline        now   change");
        for (Row row : comparison.rows()) {
            lines.add(("%-" + Math.max(1, widest) + "s %10s %10s %8s   %s")
                    .formatted(row.name(), number(row.before()), number(row.now()), change(row), word(row)));
        }
        long worse = comparison.worse();
        lines.add("%s by more than %.0f %%"
                .formatted(
                        worse == 0
                                ? "no ratio is worse"
                                : worse == 1 ? "1 ratio is worse" : worse + " ratios are worse",
                        100 * comparison.tolerance()));
        return String.join("\n", lines);
    }

    private static String number(Optional<Double> value) {
        return value.map("%.4f"::formatted).orElse("-");
    }

    private static String change(Row row) {
        if (row.before().isEmpty() || row.now().isEmpty() || row.before().get() == 0) {
            return "";
        }
        return "%+.1f %%".formatted(100 * (row.now().get() / row.before().get() - 1));
    }

    private static String word(Row row) {
        return row.verdict().name().toLowerCase(Locale.ROOT);
    }
}
