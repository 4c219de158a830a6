package dev.piecewise.loadtest.measure;

import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Takes answers from any thread and sums them up. */
public final class Recorder {
    private static final long LONGEST_MICROS = 24L * 3600 * 1_000_000;
    private static final int DIGITS = 3;
    private static final double NANOS = 1e9;

    private final Bounds bounds;
    private final long begin;
    private final Histogram ttft = histogram();
    private final Histogram itl = histogram();
    private final Histogram tpot = histogram();
    private final Histogram e2e = histogram();
    private final Histogram sendDelay = histogram();
    private final Map<String, Summary.Failures> failures = new TreeMap<>();
    private final Map<String, Long> modes = new TreeMap<>();
    private final BitSet users = new BitSet();
    private final Course course;
    private long requests;
    private long succeeded;
    private long good;
    private long promptTokens;
    private long answerTokens;
    private long countedByChunks;
    private long empty;
    private long last;

    /** Seconds of the series count from {@code begin}, the end of the warm-up. */
    public Recorder(Bounds bounds, long begin) {
        this.bounds = bounds;
        this.begin = begin;
        last = begin;
        course = new Course(begin);
    }

    private static Histogram histogram() {
        Histogram histogram = new Histogram(LONGEST_MICROS, DIGITS);
        histogram.setAutoResize(false);
        return histogram;
    }

    public synchronized void add(Answer answer) {
        requests++;
        last = Math.max(last, answer.end());
        record(sendDelay, answer.sent() - answer.intended());
        course.add(answer);
        answer.user().ifPresent(users::set);
        answer.failure().ifPresent(this::count);
        if (answer.succeeded()) {
            addSuccess(answer);
        }
        good += bounds.areKept(answer) ? 1 : 0;
    }

    private void addSuccess(Answer answer) {
        succeeded++;
        promptTokens += answer.tokens().map(Tokens::prompt).orElse(0);
        answerTokens += answer.answerTokens();
        countedByChunks += answer.tokens().isEmpty() ? 1 : 0;
        empty += answer.chunks().length == 0 ? 1 : 0;
        if (!answer.mode().isEmpty()) {
            modes.merge(answer.mode(), 1L, Long::sum);
        }
        answer.toFirst().ifPresent(nanos -> record(ttft, nanos));
        answer.perToken().ifPresent(nanos -> record(tpot, Math.round(nanos)));
        record(e2e, answer.endToEnd());
        long[] chunks = answer.chunks();
        for (int i = 1; i < chunks.length; i++) {
            record(itl, chunks[i] - chunks[i - 1]);
        }
    }

    private void count(Failure failure) {
        failures.merge(
                failure.label(),
                new Summary.Failures(1, failure.detail()),
                (all, one) -> new Summary.Failures(all.count() + 1, all.first()));
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.clamp(Math.round(nanos / 1e3), 0, LONGEST_MICROS));
    }

    /** How many requests have ended, how many of them with a failure, and the middle TTFT in milliseconds so far. */
    public record State(long requests, long failed, double ttft) {}

    public synchronized State state() {
        double middle = ttft.getTotalCount() == 0 ? 0 : ttft.getValueAtPercentile(50) / 1e3;
        return new State(requests, requests - succeeded, middle);
    }

    public synchronized Summary summary() {
        double seconds = (last - begin) / NANOS;
        double rate = seconds > 0 ? 1 / seconds : 0;
        return new Summary(
                seconds,
                requests,
                succeeded,
                requests - succeeded,
                good,
                users.cardinality(),
                promptTokens,
                answerTokens,
                countedByChunks,
                empty,
                succeeded * rate,
                good * rate,
                answerTokens * rate,
                (answerTokens + promptTokens) * rate,
                Latency.of(ttft),
                Latency.of(itl),
                Latency.of(tpot),
                Latency.of(e2e),
                Latency.of(sendDelay),
                Map.copyOf(failures),
                Map.copyOf(modes),
                course.series());
    }
}
