package dev.piecewise.loadtest.measure;

import java.util.List;
import java.util.Map;

/**
 * What a run's requests took together, without those of the warm-up. Times in milliseconds, counted from when a request was to be sent.
 *
 * @param seconds from the end of the warm-up to the end of the last answer
 * @param goodRequests that kept every bound; all that succeeded where there are none
 * @param countedByChunks answers whose server did not say how many tokens they had: their chunks were counted
 * @param empty answers that came without any content; no TTFT is known of them
 * @param sendDelay how much later than intended requests were sent: what this client itself is to blame for
 * @param modes what the server says that it answered with, and how often
 */
public record Summary(
        double seconds,
        long requests,
        long succeeded,
        long failed,
        long goodRequests,
        long distinctUsers,
        long promptTokens,
        long answerTokens,
        long countedByChunks,
        long empty,
        double requestsPerSecond,
        double goodput,
        double answerTokensPerSecond,
        double allTokensPerSecond,
        Latency ttft,
        Latency itl,
        Latency tpot,
        Latency e2e,
        Latency sendDelay,
        Map<String, Failures> failures,
        Map<String, Long> modes,
        Series series) {

    /** Failures of one kind, with the first one's words. */
    public record Failures(long count, String first) {}

    /**
     * How it went, for plots; seconds count from the end of the warm-up.
     *
     * @param chunksPerSecond chunks with content that came in each second
     * @param openRequests requests that were open at some time in each second
     * @param points some answers: when they were asked for in seconds, TTFT and end to end in milliseconds
     */
    public record Series(List<Long> chunksPerSecond, List<Long> openRequests, List<double[]> points) {}
}
