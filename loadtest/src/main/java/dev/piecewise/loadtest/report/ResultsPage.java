package dev.piecewise.loadtest.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The README of a directory of results: a table for each report in it, the newest first. */
public final class ResultsPage {
    private ResultsPage() {}

    private record Kept(String file, Report report) {}

    /** Writes it anew from all reports that lie there. */
    public static void write(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        List<Kept> reports = new ArrayList<>();
        for (Path file : files) {
            reports.add(new Kept(String.valueOf(file.getFileName()), ReportJson.read(file)));
        }
        reports.sort(
                Comparator.comparing((Kept kept) -> kept.report().created()).reversed());
        List<String> lines = new ArrayList<>();
        lines.add("# What `./piecewise loadtest --suite` measured");
        lines.add("");
        lines.add(
                "Written by the command itself, from the JSON files beside it. Ratios inside a table come from one run after another on one machine;"
                        + " figures of different tables do not compare.");
        reports.forEach(kept -> section(kept.report(), kept.file(), lines));
        Files.writeString(directory.resolve("README.md"), String.join("\n", lines) + "\n");
    }

    private static void section(Report report, String file, List<String> lines) {
        Report.Run first = report.runs().getFirst();
        lines.add("");
        lines.add("## " + file.replaceFirst("\\.json$", ""));
        lines.add("");
        lines.add("`./piecewise loadtest %s`".formatted(report.command()));
        lines.add("");
        lines.add("%s UTC; %s on %d cores of %s; %s, %s, prompts %s, answers %s tokens; load before the first run %.1f."
                .formatted(
                        report.created().replace('T', ' ').replaceFirst(":\\d\\d(\\.\\d+)?Z$", ""),
                        report.server().model()
                                + (report.server().version().isEmpty()
                                        ? ""
                                        : " by " + report.server().version()),
                        report.machine().cores(),
                        report.machine().processor(),
                        first.api(),
                        first.load(),
                        first.prompts(),
                        first.answers(),
                        report.machine().load()));
        report.notes().forEach(note -> lines.add("- " + note));
        lines.add("");
        lines.addAll(RunTable.of(report).markdown());
        Report.@Nullable Beside beside = report.beside();
        if (beside != null) {
            lines.add("");
            lines.add("In turns with " + beside.server().text() + ":");
            lines.add("");
            lines.addAll(RatioTable.of(report).markdown());
        }
    }
}
