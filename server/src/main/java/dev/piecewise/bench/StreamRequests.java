package dev.piecewise.bench;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.Sampling;
import java.util.Set;
import java.util.SplittableRandom;

/** Requests of random tokens, the same in every run. Confined to one thread. */
final class StreamRequests {
    /** Tokens of a stream's prompt. */
    static final int PROMPT = 16;

    private final int vocabulary;
    private final SplittableRandom random = new SplittableRandom(7);

    StreamRequests(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    int[] tokens(int length) {
        return random.ints(length, 0, vocabulary).toArray();
    }

    /** Prefixes are used again among requests of equal {@code sharing} only. */
    GenerationRequest of(int[] prompt, int tokens, String sharing) {
        Adaptation nobody = new Adaptation.Base(sharing);
        return new GenerationRequest("", prompt, tokens, 0, Set.of(), Sampling.GREEDY, false, nobody);
    }

    GenerationRequest ofStream(int tokens, String sharing) {
        return of(tokens(PROMPT), tokens, sharing);
    }
}
