package dev.piecewise.training;

import java.util.Arrays;
import java.util.Formatter;
import java.util.Locale;

/** A loss curve as SVG: each step's loss, and over it the mean of the steps around. */
final class LossPlot {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 60;
    private static final int BOTTOM = 40;
    private static final int TOP = 16;
    private static final int LINES = 5;

    private final double[] losses;
    private final double low;
    private final double high;

    private LossPlot(double[] losses) {
        this.losses = losses;
        double least = Arrays.stream(losses).min().orElse(0);
        double most = Arrays.stream(losses).max().orElse(1);
        double margin = Math.max(1e-6, (most - least) * 0.05);
        low = least - margin;
        high = most + margin;
    }

    static String svg(double[] losses) {
        return new LossPlot(losses).draw();
    }

    private String draw() {
        Formatter svg = new Formatter(Locale.ROOT);
        svg.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n",
                WIDTH, HEIGHT);
        svg.format("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, HEIGHT);
        for (int line = 0; line <= LINES; line++) {
            double loss = low + (high - low) * line / LINES;
            svg.format(
                    "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.3f</text>\n",
                    LEFT, y(loss), WIDTH - TOP, LEFT - 6, y(loss) + 4, loss);
            int step = Math.max(1, Math.round((float) losses.length * line / LINES));
            svg.format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n",
                    x(step - 1), HEIGHT - BOTTOM + 18, step);
        }
        svg.format("<text x=\"%d\" y=\"%d\">loss by step</text>\n", LEFT, HEIGHT - 6);
        curve(svg, losses, "#9db7d5", 1);
        curve(svg, smoothed(), "#1f4e79", 2);
        return svg.format("</svg>\n").toString();
    }

    private void curve(Formatter svg, double[] values, String colour, int width) {
        svg.format("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%d\" points=\"", colour, width);
        for (int i = 0; i < values.length; i++) {
            svg.format("%.1f,%.1f ", x(i), y(values[i]));
        }
        svg.format("\"/>\n");
    }

    private double[] smoothed() {
        int reach = Math.max(1, losses.length / 50);
        double[] means = new double[losses.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = Arrays.stream(losses, Math.max(0, i - reach), Math.min(losses.length, i + reach + 1))
                    .average()
                    .orElse(losses[i]);
        }
        return means;
    }

    private double x(int step) {
        return LEFT + (double) (WIDTH - LEFT - TOP) * Math.max(0, step) / Math.max(1, losses.length - 1);
    }

    private double y(double loss) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - loss) / (high - low);
    }
}
