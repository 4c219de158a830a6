package dev.piecewise.bench.gateway;

import dev.piecewise.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long writes of streams took so far, by the gateway's own histogram.
 *
 * @param bounds upper ones in seconds
 * @param counts of the writes below each of them
 */
record WriteTimes(List<Double> bounds, List<Double> counts) {
    private static final Pattern BUCKET =
            Pattern.compile("piecewise_stream_write_seconds_bucket\\{le=\"([^\"]+)\"} (\\S+)");

    static WriteTimes of(Metrics metrics) {
        WriteTimes times = new WriteTimes(new ArrayList<>(), new ArrayList<>());
        String text = new String(metrics.scrape(null).body(), StandardCharsets.UTF_8);
        Matcher bucket = BUCKET.matcher(text);
        while (bucket.find()) {
            String bound = bucket.group(1);
            times.bounds.add(bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound));
            times.counts.add(Double.parseDouble(bucket.group(2)));
        }
        return times;
    }

    /** The quantile of the writes since an earlier moment, as Prometheus estimates it; milliseconds. */
    double millisSince(WriteTimes earlier, double share) {
        double rank = share * countSince(earlier, counts.size() - 1);
        double belowCount = 0;
        double belowBound = 0;
        for (int i = 0; i < bounds.size(); i++) {
            double count = countSince(earlier, i);
            if (count >= rank && count > belowCount) {
                double bound = Math.min(bounds.get(i), 10);
                return 1e3 * (belowBound + (bound - belowBound) * (rank - belowCount) / (count - belowCount));
            }
            belowCount = count;
            belowBound = bounds.get(i);
        }
        return 0;
    }

    private double countSince(WriteTimes earlier, int bucket) {
        return counts.get(bucket) - earlier.counts.get(bucket);
    }
}
