package dev.piecewise.evaluation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an evaluation found.
 *
 * @param users who were asked
 * @param tests questions that each method answered
 * @param tasks in the order of their names
 */
public record Report(
        String model,
        int users,
        int tests,
        int replicates,
        long seed,
        List<MethodCost> methods,
        List<TaskResult> tasks) {
    /**
     * @param bytesPerUser mean of what has to be kept
     * @param secondsPerUser mean time to make a user ready; empty when that was done elsewhere
     */
    public record MethodCost(String method, double bytesPerUser, Optional<Double> secondsPerUser) {}

    /** One task, and every method's metrics of it. */
    public record TaskResult(String task, String kind, int users, int tests, List<Row> rows) {}

    /** One method's metrics by their names, the main one first. */
    public record Row(String method, Map<String, Estimate> metrics) {}

    /**
     * A metric with its 95 % interval.
     *
     * @param gain how much better than the base it is, with the sign turned where less is better
     * @param ofOwn the gain as a share of that of the user's own adapter
     */
    public record Estimate(double value, Interval interval, Optional<Difference> gain, Optional<Difference> ofOwn) {}

    /** A paired difference or ratio with its 95 % interval. */
    public record Difference(double value, Interval interval) {}
}
