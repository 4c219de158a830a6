package dev.piecewise.evaluation;

import dev.piecewise.evaluation.Examination.Answered;
import dev.piecewise.evaluation.Examination.Result;
import dev.piecewise.evaluation.Examination.Sheet;
import dev.piecewise.evaluation.Report.Difference;
import dev.piecewise.evaluation.Report.Estimate;
import dev.piecewise.evaluation.Report.MethodCost;
import dev.piecewise.evaluation.Report.Row;
import dev.piecewise.evaluation.Report.TaskResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From answers to a report. Differences and shares are taken within each resampled set of users, so that what users have in common cancels. */
public final class Statistics {
    /** The method that others are compared with. */
    public static final String BASE = "base";

    /** The method whose gain is the measure of others. */
    public static final String OWN = "oppu";

    private final Dataset dataset;
    private final int replicates;
    private final long seed;

    public Statistics(Dataset dataset, int replicates, long seed) {
        this.dataset = dataset;
        this.replicates = replicates;
        this.seed = seed;
    }

    /** A metric of one method, and its replicates. */
    private record Measured(double value, double[] replicates) {}

    Report report(String model, List<Result> results) {
        List<TaskResult> tasks = new ArrayList<>();
        dataset.tasks().forEach((name, task) -> task(name, task, results).ifPresent(tasks::add));
        return new Report(
                model,
                dataset.subjects().size(),
                dataset.tests(),
                replicates,
                seed,
                results.stream().map(Statistics::cost).toList(),
                tasks);
    }

    private static MethodCost cost(Result result) {
        double bytes =
                result.sheets().stream().mapToLong(Sheet::bytes).average().orElse(0);
        double seconds =
                result.sheets().stream().mapToDouble(Sheet::seconds).average().orElse(Double.NaN);
        return new MethodCost(result.method(), bytes, Double.isNaN(seconds) ? Optional.empty() : Optional.of(seconds));
    }

    private Optional<TaskResult> task(String name, Task task, List<Result> results) {
        Map<String, List<List<Marks>>> marks = new LinkedHashMap<>();
        results.forEach(result -> marks.put(result.method(), marks(result, name)));
        List<List<Marks>> first = marks.values().iterator().next();
        if (first.isEmpty()) {
            return Optional.empty();
        }
        Bootstrap bootstrap = new Bootstrap(first.size(), replicates, seed);
        Map<String, Map<Metric, Measured>> measured = new LinkedHashMap<>();
        marks.forEach((method, users) -> measured.put(method, measured(task, users, bootstrap)));
        List<Row> rows = new ArrayList<>();
        measured.forEach((method, metrics) -> rows.add(new Row(method, estimates(method, metrics, measured))));
        int tests = first.stream().mapToInt(List::size).sum();
        return Optional.of(new TaskResult(name, kind(task), first.size(), tests, rows));
    }

    /** Of those users who have a question of this task. */
    private static List<List<Marks>> marks(Result result, String task) {
        return result.sheets().stream()
                .map(sheet -> sheet.answers().stream()
                        .filter(answer -> answer.test().task().equals(task))
                        .map(Answered::marks)
                        .toList())
                .filter(marks -> !marks.isEmpty())
                .toList();
    }

    private static Map<Metric, Measured> measured(Task task, List<List<Marks>> users, Bootstrap bootstrap) {
        List<Marks> all = users.stream().flatMap(List::stream).toList();
        Map<Metric, Measured> measured = new LinkedHashMap<>();
        for (Metric metric : Metric.of(task)) {
            measured.put(
                    metric,
                    new Measured(metric.of(task, all), bootstrap.replicates(users, drawn -> metric.of(task, drawn))));
        }
        return measured;
    }

    private static Map<String, Estimate> estimates(
            String method, Map<Metric, Measured> metrics, Map<String, Map<Metric, Measured>> all) {
        Map<String, Estimate> estimates = new LinkedHashMap<>();
        metrics.forEach((metric, own) -> {
            Optional<Measured> base = of(BASE, metric, all);
            Optional<Measured> best = of(OWN, metric, all);
            boolean compared = base.isPresent() && !method.equals(BASE);
            Optional<Measured> gain = compared ? Optional.of(gain(metric, own, base.get())) : Optional.empty();
            Optional<Measured> share = compared && best.isPresent() && !method.equals(OWN)
                    ? share(gain.get(), gain(metric, best.get(), base.get()))
                    : Optional.empty();
            estimates.put(
                    metric.wire(),
                    new Estimate(
                            own.value(),
                            Interval.of(own.replicates()),
                            gain.map(Statistics::difference),
                            share.map(Statistics::difference)));
        });
        return estimates;
    }

    private static Optional<Measured> of(String method, Metric metric, Map<String, Map<Metric, Measured>> all) {
        return Optional.ofNullable(all.get(method)).map(metrics -> metrics.get(metric));
    }

    private static Difference difference(Measured measured) {
        return new Difference(measured.value(), Interval.of(measured.replicates()));
    }

    private static Measured gain(Metric metric, Measured method, Measured base) {
        double sign = metric.higherIsBetter() ? 1 : -1;
        double[] gains = new double[method.replicates().length];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = sign * (method.replicates()[i] - base.replicates()[i]);
        }
        return new Measured(sign * (method.value() - base.value()), gains);
    }

    /** Empty where there is nothing to have a share of. */
    private static Optional<Measured> share(Measured gain, Measured whole) {
        if (whole.value() == 0) {
            return Optional.empty();
        }
        double[] shares = new double[gain.replicates().length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = gain.replicates()[i] / whole.replicates()[i];
        }
        return Optional.of(new Measured(gain.value() / whole.value(), shares));
    }

    private static String kind(Task task) {
        return switch (task) {
            case Task.Classification _ -> "classification";
            case Task.Rating _ -> "rating";
            case Task.Generation _ -> "generation";
            case Task.Text _ -> "text";
        };
    }
}
