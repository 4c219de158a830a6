package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.measure.Bounds;
import dev.piecewise.loadtest.report.HtmlReport;
import dev.piecewise.loadtest.report.Report;
import dev.piecewise.loadtest.report.ReportJson;
import dev.piecewise.loadtest.report.ResultsPage;
import dev.piecewise.loadtest.report.TextReport;
import dev.piecewise.loadtest.setup.SetupException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What becomes of the figures. */
final class OutputOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--goodput",
            paramLabel = "BOUND",
            arity = "1..*",
            description = "ttft:MS, itl:MS (the longest gap), tpot:MS, e2e:MS: what a good answer keeps.")
    private List<String> bounds = List.of();

    @Option(names = "--json", description = "The report as one line of JSON instead of text.")
    private boolean json;

    @Option(names = "--out", paramLabel = "FILE", description = "Also write the JSON there.")
    private @Nullable Path out;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with plots there.")
    private @Nullable Path html;

    @Option(
            names = "--note",
            paramLabel = "TEXT",
            description = "Goes into the report, e.g. what else the machine did.")
    private List<String> notes = List.of();

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "${sys:piecewise.home:-.}/loadtest/results",
            description = "Where suites write their JSON and a README (loadtest/results).")
    private Path results;

    Bounds bounds() {
        return Usage.parsed(spec, "--goodput", () -> Bounds.parse(bounds));
    }

    List<String> notes() {
        return notes;
    }

    /** Before anything is measured: whether files can be written where they are wanted. */
    void check() {
        for (@Nullable Path file : new @Nullable Path[] {out, html}) {
            if (file != null && !Files.isDirectory(directory(file))) {
                throw new SetupException(
                        "%s is no directory that a report can be written to".formatted(directory(file)));
            }
        }
    }

    private static Path directory(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /** Prints the report and writes what is asked for; a suite's goes among the results besides. */
    void write(Report report, Suite suite) {
        PrintWriter stdout = spec.commandLine().getOut();
        stdout.println(json ? ReportJson.text(report) : TextReport.of(report));
        stdout.flush();
        List<Path> written = new ArrayList<>();
        try {
            if (out != null) {
                written.add(Files.writeString(out, ReportJson.text(report) + "\n"));
            }
            if (html != null) {
                written.add(Files.writeString(html, HtmlReport.of(report)));
            }
            if (suite != Suite.NONE) {
                written.add(keep(report, suite));
            }
        } catch (IOException e) {
            throw new SetupException("the report cannot be written: " + e, e);
        }
        written.forEach(file -> spec.commandLine().getErr().println("piecewise loadtest: wrote " + file));
    }

    private Path keep(Report report, Suite suite) throws IOException {
        Files.createDirectories(results);
        String day = report.created().substring(0, report.created().indexOf('T'));
        Path file =
                results.resolve("%s-%s-%s.json".formatted(day, report.machine().slug(), suite.text()));
        Files.writeString(file, ReportJson.text(report) + "\n");
        ResultsPage.write(results);
        return file.normalize();
    }
}
