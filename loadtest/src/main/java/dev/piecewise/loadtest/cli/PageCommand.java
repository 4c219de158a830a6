package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.report.HtmlReport;
import dev.piecewise.loadtest.report.ReportJson;
import dev.piecewise.loadtest.setup.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A kept report as a page. */
@Command(
        name = "page",
        description = "Writes the page with plots of a report that was kept as JSON.",
        mixinStandardHelpOptions = true)
final class PageCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "REPORT.json", description = "What --out or a suite wrote.")
    private Path report;

    @Parameters(index = "1", paramLabel = "PAGE.html", description = "Where the page goes.")
    private Path page;

    @Override
    public Integer call() {
        try {
            Files.writeString(page, HtmlReport.of(ReportJson.read(report)));
        } catch (IOException e) {
            throw new SetupException("no page of %s: %s".formatted(report, e.getMessage()), e);
        }
        return 0;
    }
}
