package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankImage;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A request to be varied: {@code Requests.of(1, 2, 3).max(8).adapter("a", 4)}. */
record Requests(GenerationRequest request) {
    static final Adaptation BASE = new Adaptation.Base("base");

    static Requests of(int... prompt) {
        return new Requests(new GenerationRequest("user", prompt, 4, 0, Set.of(), Sampling.GREEDY, false, BASE));
    }

    /** A prompt of so many tokens that differs for every {@code from}. */
    static Requests counting(int from, int length) {
        int[] prompt = new int[length];
        for (int i = 0; i < length; i++) {
            prompt[i] = (from + i) % 50;
        }
        return of(prompt);
    }

    static BankImage lora(String fingerprint, int rank) {
        return new BankImage(fingerprint, rank, List.of());
    }

    Requests user(String user) {
        return with(user, request.maxTokens(), request.minTokens(), request.endTokens(), request.sampling());
    }

    Requests max(int tokens) {
        return with(request.user(), tokens, request.minTokens(), request.endTokens(), request.sampling());
    }

    Requests min(int tokens) {
        return with(request.user(), request.maxTokens(), tokens, request.endTokens(), request.sampling());
    }

    Requests ends(Integer... tokens) {
        return with(request.user(), request.maxTokens(), request.minTokens(), Set.of(tokens), request.sampling());
    }

    Requests sampling(Sampling sampling) {
        return with(request.user(), request.maxTokens(), request.minTokens(), request.endTokens(), sampling);
    }

    Requests seed(long seed) {
        return sampling(new Sampling(1, 0, 1, 0, 1, 0, 0, Map.of(), seed, -1));
    }

    Requests adapter(String fingerprint, int rank) {
        return adaptation(new Adaptation.Merged(lora(fingerprint, rank)));
    }

    Requests adaptation(Adaptation adaptation) {
        return new Requests(new GenerationRequest(
                request.user(),
                request.prompt(),
                request.maxTokens(),
                request.minTokens(),
                request.endTokens(),
                request.sampling(),
                request.promptLogprobs(),
                adaptation));
    }

    Requests constrained(TokenConstraint constraint) {
        return new Requests(request.constrained(constraint));
    }

    Requests scored() {
        return new Requests(new GenerationRequest(
                request.user(),
                request.prompt(),
                request.maxTokens(),
                request.minTokens(),
                request.endTokens(),
                request.sampling(),
                true,
                request.adaptation()));
    }

    private Requests with(String user, int max, int min, Set<Integer> ends, Sampling sampling) {
        return new Requests(new GenerationRequest(
                        user,
                        request.prompt(),
                        max,
                        min,
                        ends,
                        sampling,
                        request.promptLogprobs(),
                        request.adaptation())
                .constrained(request.constraint()));
    }
}
