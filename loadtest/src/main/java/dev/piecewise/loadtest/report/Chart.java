package dev.piecewise.loadtest.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plot as SVG: axes, and lines or points in the page's colours. */
final class Chart {
    private static final int WIDTH = 520;
    private static final int HEIGHT = 260;
    private static final int LEFT = 58;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 40;

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final Scale x;
    private final Scale y;
    private final StringBuilder marks = new StringBuilder();
    private final List<String> legend = new ArrayList<>();

    Chart(String title, String xLabel, Scale x, String yLabel, Scale y) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.x = x;
        this.y = y;
    }

    /** Points are pairs of x and y. */
    Chart line(String name, List<double[]> points) {
        StringBuilder path = new StringBuilder();
        for (double[] point : points) {
            path.append(path.isEmpty() ? "M" : "L").append(place(point));
        }
        marks.append("<path class=\"line c%d\" d=\"%s\"/>".formatted(legend.size(), path));
        legend.add(name);
        return this;
    }

    Chart points(String name, List<double[]> points) {
        for (double[] point : points) {
            marks.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"dot f%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>",
                    legend.size(),
                    across(point[0]),
                    up(point[1])));
        }
        legend.add(name);
        return this;
    }

    private String place(double[] point) {
        return String.format(Locale.ROOT, "%.1f,%.1f", across(point[0]), up(point[1]));
    }

    private double across(double value) {
        return LEFT + x.at(value) * (WIDTH - LEFT - RIGHT);
    }

    private double up(double value) {
        return HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM);
    }

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append("<figure><figcaption>").append(Html.escape(title));
        for (int i = 0; i < legend.size(); i++) {
            svg.append(" <span class=\"key t%d\">%s</span>".formatted(i, Html.escape(legend.get(i))));
        }
        svg.append("</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                .formatted(WIDTH, HEIGHT, Html.escape(title)));
        y.ticks()
                .forEach(tick -> svg.append(String.format(
                        Locale.ROOT,
                        "<path class=\"grid\" d=\"M%d,%.1fH%d\"/><text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                        LEFT,
                        up(tick),
                        WIDTH - RIGHT,
                        LEFT - 6,
                        up(tick) + 4,
                        Html.number(tick))));
        x.ticks()
                .forEach(tick -> svg.append(String.format(
                        Locale.ROOT,
                        "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                        across(tick),
                        HEIGHT - BOTTOM + 16,
                        Html.number(tick))));
        svg.append(marks);
        svg.append("<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>"
                .formatted((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, Html.escape(xLabel)));
        svg.append("<text class=\"label\" transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>"
                .formatted((TOP + HEIGHT - BOTTOM) / 2, Html.escape(yLabel)));
        return svg.append("</svg></figure>").toString();
    }
}
