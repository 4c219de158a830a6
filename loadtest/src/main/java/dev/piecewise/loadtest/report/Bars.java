package dev.piecewise.loadtest.report;

import java.util.List;
import java.util.Locale;

/** One horizontal bar for each run, as SVG. */
final class Bars {
    private static final int WIDTH = 520;
    private static final int LEFT = 170;
    private static final int RIGHT = 64;
    private static final int BAR = 26;

    private Bars() {}

    record Bar(String name, double value) {}

    static String svg(String title, List<Bar> bars) {
        double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        StringBuilder svg = new StringBuilder();
        svg.append("<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                .formatted(Html.escape(title), WIDTH, bars.size() * BAR + 6, Html.escape(title)));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double length = most > 0 ? bar.value() / most * (WIDTH - LEFT - RIGHT) : 0;
            int middle = i * BAR + BAR / 2 + 4;
            svg.append("<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                    .formatted(LEFT - 8, middle + 4, Html.escape(bar.name())));
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"f%d\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                    i == 0 && bar.name().startsWith("base") ? 1 : 0,
                    LEFT,
                    middle - BAR / 2 + 4,
                    length,
                    BAR - 8));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"name\" x=\"%.1f\" y=\"%d\">%s</text>",
                    LEFT + length + 6,
                    middle + 4,
                    Html.number(bar.value())));
        }
        return svg.append("</svg></figure>").toString();
    }
}
