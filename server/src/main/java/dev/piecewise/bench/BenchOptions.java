package dev.piecewise.bench;

import java.util.List;

/**
 * What is measured.
 *
 * @param sequences how many at once, one row of the report each
 * @param adapters what the sequences run with, beside the same steps without
 * @param rank of each adapter or piece
 * @param sharers of the resident pool
 * @param tokens completion tokens of each sequence in a round
 * @param rounds how often base and adapted steps take turns
 * @param prompt tokens of the prefill that is timed
 */
public record BenchOptions(
        List<Integer> sequences, Adapters adapters, int rank, int sharers, int tokens, int rounds, int prompt) {

    /** What the sequences of an adapted round run with. */
    public enum Adapters {
        /** The base only. */
        NONE,
        /** Each sequence its own adapter, on all seven projections. */
        DISTINCT,
        /** All sequences one adapter, on all seven projections. */
        SAME,
        /** Each sequence its own plan over a resident pool of q, k, v and o pieces. */
        POOL
    }

    int most() {
        return sequences.stream().mapToInt(Integer::intValue).max().orElse(1);
    }
}
