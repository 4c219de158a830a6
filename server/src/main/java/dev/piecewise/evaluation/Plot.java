package dev.piecewise.evaluation;

import dev.piecewise.evaluation.Report.Estimate;
import dev.piecewise.evaluation.Report.Row;
import dev.piecewise.evaluation.Report.TaskResult;
import java.util.List;
import java.util.Map;

/** A report as a picture: for each task one panel with its main metric, a bar and a 95 % interval for each method. */
public record Plot(Report report) {
    private static final int WIDTH = 760;
    private static final int LABELS = 230;
    private static final int SPAN = WIDTH - LABELS - 90;
    private static final int BAR = 22;
    private static final int TITLE = 44;

    /** As SVG. */
    public String svg() {
        int height = 16;
        StringBuilder panels = new StringBuilder();
        for (TaskResult task : report.tasks()) {
            panels.append("<g transform=\"translate(0 %d)\">%n".formatted(height))
                    .append(panel(task))
                    .append("</g>\n");
            height += TITLE + BAR * task.rows().size() + 12;
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" \
                font-family="system-ui, sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="#fff"/>
                """.formatted(WIDTH, height, WIDTH, height) + panels + "</svg>\n";
    }

    private static String panel(TaskResult task) {
        String metric = task.rows().getFirst().metrics().keySet().iterator().next();
        double most = task.rows().stream()
                .map(row -> first(row).interval().high())
                .filter(Double::isFinite)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        double scale = SPAN / (most > 0 ? most : 1);
        StringBuilder panel = new StringBuilder(
                "<text x=\"8\" y=\"20\" font-weight=\"600\">%s: %s</text>%n".formatted(escaped(task.task()), metric));
        List<Row> rows = task.rows();
        for (int i = 0; i < rows.size(); i++) {
            panel.append(bar(rows.get(i), TITLE - 10 + i * BAR, scale));
        }
        return panel.toString();
    }

    private static String bar(Row row, int y, double scale) {
        Estimate estimate = first(row);
        double value = LABELS + Math.max(0, estimate.value()) * scale;
        double low = LABELS + Math.max(0, estimate.interval().low()) * scale;
        double high = LABELS + Math.max(0, estimate.interval().high()) * scale;
        return """
                <text x="%d" y="%d" text-anchor="end">%s</text>
                <rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>
                <line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#222" stroke-width="1.5"/>
                <text x="%.1f" y="%d">%.3f</text>
                """.formatted(
                        LABELS - 8,
                        y + 14,
                        escaped(row.method()),
                        LABELS,
                        y + 3,
                        value - LABELS,
                        BAR - 8,
                        row.method().startsWith("perpcs") ? "#2f6f9f" : "#b5c4d1",
                        low,
                        high,
                        y + 10,
                        y + 10,
                        high + 6,
                        y + 14,
                        estimate.value());
    }

    private static Estimate first(Row row) {
        Map<String, Estimate> metrics = row.metrics();
        return metrics.values().iterator().next();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
