package dev.piecewise.loadtest.report;

import dev.piecewise.loadtest.measure.Latency;
import dev.piecewise.loadtest.measure.Summary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A report as one page that asks for nothing else: tables and plots, light and dark. */
public final class HtmlReport {
    private HtmlReport() {}

    public static String of(Report report) {
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<meta name=\"color-scheme\" content=\"light dark\"><title>Load test, ")
                .append(Html.escape(day(report)))
                .append("</title><style>")
                .append(style())
                .append("</style></head><body>");
        head(report, page);
        table(RunTable.of(report), page);
        Report.@Nullable Beside beside = report.beside();
        if (beside != null) {
            page.append("<p>In turns with %s:</p>"
                    .formatted(Html.escape(beside.server().text())));
            table(RatioTable.of(report), page);
        }
        if (report.runs().size() > 1) {
            compare(report, page);
        }
        report.runs().forEach(run -> section(run, report.bounds(), page));
        return page.append("</body></html>\n").toString();
    }

    private static String day(Report report) {
        return report.created().replace('T', ' ').replaceFirst("(\\.\\d+)?Z$", " UTC");
    }

    private static void head(Report report, StringBuilder page) {
        Report.Server server = report.server();
        page.append("<h1>Load test of %s</h1>".formatted(Html.escape(server.model())));
        page.append("<p>%s at %s%s, in the dialect of %s. Asked from %d cores of %s; load before: %s.</p>"
                .formatted(
                        Html.escape(day(report)),
                        Html.escape(server.url()),
                        server.version().isEmpty() ? "" : " (" + Html.escape(server.version()) + ")",
                        Html.escape(server.dialect()),
                        report.machine().cores(),
                        Html.escape(report.machine().processor()),
                        Html.number(report.machine().load())));
        page.append("<p><code>loadtest %s</code></p>".formatted(Html.escape(report.command())));
        report.notes().forEach(note -> page.append("<p class=\"note\">%s</p>".formatted(Html.escape(note))));
    }

    private static void table(Table table, StringBuilder page) {
        page.append("<div class=\"wide\"><table><thead><tr>");
        table.head().forEach(cell -> page.append("<th>%s</th>".formatted(Html.escape(cell))));
        page.append("</tr></thead><tbody>");
        for (List<String> row : table.rows()) {
            page.append("<tr>");
            row.forEach(cell -> page.append("<td>%s</td>".formatted(Html.escape(cell))));
            page.append("</tr>");
        }
        page.append("</tbody></table></div>");
    }

    private static void compare(Report report, StringBuilder page) {
        page.append("<div class=\"plots\">");
        page.append(Bars.svg("Answer tokens a second", bars(report, summary -> summary.answerTokensPerSecond())));
        page.append(
                Bars.svg("TTFT, p95, ms", bars(report, summary -> summary.ttft().p95())));
        page.append(
                Bars.svg("ITL, p99, ms", bars(report, summary -> summary.itl().p99())));
        page.append("</div>");
    }

    private static List<Bars.Bar> bars(Report report, ToDoubleFunction<Summary> value) {
        return report.runs().stream()
                .map(run -> new Bars.Bar(run.name(), value.applyAsDouble(run.summary())))
                .toList();
    }

    private static void section(Report.Run run, String bounds, StringBuilder page) {
        Summary all = run.summary();
        page.append("<section><h2>%s</h2>".formatted(Html.escape(run.name())));
        page.append("<p>%s, %s, %s; prompts %s, answers %s tokens. %d requests in %.1f s, %d failed."
                .formatted(
                        Html.escape(TextReport.users(run, all)),
                        Html.escape(run.load()),
                        Html.escape(run.api()),
                        Html.escape(run.prompts()),
                        Html.escape(run.answers()),
                        all.requests(),
                        all.seconds(),
                        all.failed()));
        if (!bounds.isEmpty()) {
            page.append(" Goodput %.2f requests/s under %s.".formatted(all.goodput(), Html.escape(bounds)));
        }
        if (!all.modes().isEmpty()) {
            page.append(" Answered with: %s.".formatted(Html.escape(TextReport.modes(all.modes()))));
        }
        page.append("</p>");
        all.failures()
                .forEach((kind, of) -> page.append("<p class=\"note\">failed, %s: %d, first: %s</p>"
                        .formatted(Html.escape(kind), of.count(), Html.escape(of.first()))));
        if (all.succeeded() > 0) {
            page.append("<div class=\"plots\">").append(plots(all)).append("</div>");
        }
        page.append("</section>");
    }

    private static String plots(Summary all) {
        List<Latency> times = List.of(all.ttft(), all.e2e(), all.itl(), all.tpot());
        double most = times.stream().mapToDouble(Latency::max).max().orElse(1);
        double least = times.stream()
                .filter(of -> of.count() > 0 && of.p50() > 0)
                .mapToDouble(Latency::p50)
                .min()
                .orElse(1);
        Chart percentiles = new Chart(
                        "Percentiles",
                        "percent of answers that took less",
                        Scale.linear(100),
                        "ms",
                        Scale.logarithmic(least / 2, most))
                .line("TTFT", all.ttft().curve())
                .line("end to end", all.e2e().curve())
                .line("ITL", all.itl().curve())
                .line("TPOT", all.tpot().curve());
        Summary.Series series = all.series();
        Chart chunks = perSecond("Chunks a second", "chunks/s", "chunks/s", series.chunksPerSecond());
        Chart open = perSecond(
                "Requests that were open at some time in a second", "requests", "open", series.openRequests());
        double highest =
                series.points().stream().mapToDouble(point -> point[1]).max().orElse(1);
        Chart ttft = new Chart(
                        "TTFT of single requests",
                        "asked for at, seconds",
                        seconds(series.chunksPerSecond()),
                        "ms",
                        Scale.linear(highest))
                .points("TTFT", series.points());
        return percentiles.svg() + ttft.svg() + chunks.svg() + open.svg();
    }

    private static Scale seconds(List<Long> values) {
        return Scale.linear(Math.max(1, values.size()));
    }

    /** A value for each second. */
    private static Chart perSecond(String title, String unit, String name, List<Long> values) {
        List<double[]> points = new ArrayList<>();
        double most = 1;
        for (int i = 0; i < values.size(); i++) {
            points.add(new double[] {i + 0.5, values.get(i)});
            most = Math.max(most, values.get(i));
        }
        return new Chart(title, "seconds", seconds(values), unit, Scale.linear(most)).line(name, points);
    }

    private static String style() {
        try (InputStream css = Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
            return Stream.of(new String(css.readAllBytes(), StandardCharsets.UTF_8).split("\n"))
                    .map(String::strip)
                    .reduce("", String::concat);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
