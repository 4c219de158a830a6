package dev.piecewise.bench;

import dev.piecewise.bench.Ratio.Better;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * This run's ratios beside a baseline's.
 *
 * @param tolerance a ratio may become worse by this share of what it was
 */
public record Comparison(double tolerance, List<Row> rows) {
    /** What became of one ratio. */
    public enum Verdict {
        SAME,
        BETTER,
        WORSE,
        /** The baseline lacks it. */
        NEW,
        /** This run lacks it. */
        GONE
    }

    /** One ratio; at least one of the two is there. */
    public record Row(String name, Optional<Double> before, Optional<Double> now, Verdict verdict) {}

    /** In the order of this run; what it lacks comes last. */
    public static Comparison of(Baseline baseline, List<Ratio> ratios, double tolerance) {
        Map<String, Double> left = new HashMap<>(baseline.ratios());
        List<Row> rows = new ArrayList<>();
        for (Ratio ratio : ratios) {
            if (!Double.isFinite(ratio.value())) {
                continue;
            }
            Optional<Double> before = Optional.ofNullable(left.remove(ratio.name()));
            Verdict verdict =
                    before.map(value -> verdict(value, ratio, tolerance)).orElse(Verdict.NEW);
            rows.add(new Row(ratio.name(), before, Optional.of(ratio.value()), verdict));
        }
        baseline.ratios().keySet().stream()
                .filter(left::containsKey)
                .forEach(name ->
                        rows.add(new Row(name, Optional.ofNullable(left.get(name)), Optional.empty(), Verdict.GONE)));
        return new Comparison(tolerance, List.copyOf(rows));
    }

    /** How many became worse. */
    public long worse() {
        return rows.stream().filter(row -> row.verdict() == Verdict.WORSE).count();
    }

    /** Whether nothing was measured in both runs. */
    public boolean isEmpty() {
        return rows.stream().allMatch(row -> row.verdict() == Verdict.NEW || row.verdict() == Verdict.GONE);
    }

    private static Verdict verdict(double before, Ratio now, double tolerance) {
        double gain = now.better() == Better.MORE ? now.value() - before : before - now.value();
        double allowed = Math.max(tolerance * Math.abs(before), now.noise());
        return gain < -allowed ? Verdict.WORSE : gain > allowed ? Verdict.BETTER : Verdict.SAME;
    }
}
