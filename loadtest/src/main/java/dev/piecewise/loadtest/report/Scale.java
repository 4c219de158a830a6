package dev.piecewise.loadtest.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Where values of an axis lie.
 *
 * @param low and high: what lies at the axis's two ends
 * @param logarithmic low must then be above 0
 */
record Scale(double low, double high, boolean logarithmic) {
    private static final int MOST_TICKS = 6;

    /** From 0 to at least {@code most}, up to a round number. */
    static Scale linear(double most) {
        double step = step(Math.max(most, 1e-9));
        return new Scale(0, Math.max(step, Math.ceil(most / step - 1e-9) * step), false);
    }

    /** Whole powers of ten around the values; what is below a thousandth of the most is at the lower end. */
    static Scale logarithmic(double least, double most) {
        double top = Math.max(most, 1e-3);
        double bottom = Math.max(least, top / 1000);
        double low = Math.pow(10, Math.floor(Math.log10(bottom)));
        double high = Math.pow(10, Math.ceil(Math.log10(top) + 1e-9));
        return new Scale(low, high, true);
    }

    /** From 0 at the lower to 1 at the upper end. */
    double at(double value) {
        double clamped = Math.clamp(value, low, high);
        return logarithmic
                ? Math.log(clamped / low) / Math.log(high / low)
                : high == low ? 0 : (clamped - low) / (high - low);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double tick = low; tick <= high * 1.001; tick *= 10) {
                ticks.add(tick);
            }
            return ticks;
        }
        double step = step(high);
        for (int i = 0; i * step <= high * 1.001; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** 1, 2 or 5 times a power of ten, so that there are few ticks. */
    private static double step(double most) {
        double power = Math.pow(10, Math.floor(Math.log10(most / MOST_TICKS)));
        for (double factor : new double[] {1, 2, 5}) {
            if (most / (factor * power) <= MOST_TICKS) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
