package dev.piecewise.engine;

import dev.piecewise.engine.TokenEvent.Usage;

/** When what happened to a sequence, for the observer. Takes times of {@link System#nanoTime}. */
final class Clock {
    private final long submitted = System.nanoTime();
    private long admitted;
    private long firstToken;
    private long lastToken;
    private long blocked;

    /** No columns of the bank are free for it; only the first time counts. */
    void blocked(long now) {
        if (blocked == 0) {
            blocked = now;
        }
    }

    /** It runs; after it was preempted that is nothing new. */
    void admitted(long now, int promptTokens, int cachedTokens, EngineObserver observer) {
        if (admitted != 0) {
            return;
        }
        admitted = now;
        observer.admitted(promptTokens, cachedTokens, seconds(submitted, now));
        if (blocked != 0) {
            observer.slotWaited(seconds(blocked, now));
        }
    }

    void token(long now, EngineObserver observer) {
        if (firstToken == 0) {
            firstToken = now;
            observer.firstToken(seconds(submitted, now), seconds(admitted, now));
        } else {
            observer.nextToken(seconds(lastToken, now));
        }
        lastToken = now;
    }

    void ended(String reason, Usage usage, EngineObserver observer) {
        long now = System.nanoTime();
        double decode = firstToken == 0 ? 0 : seconds(firstToken, now);
        observer.ended(reason, usage.promptTokens(), usage.completionTokens(), seconds(submitted, now), decode);
        if (admitted != 0) {
            observer.ran(seconds(admitted, now));
        }
    }

    private static double seconds(long from, long to) {
        return (to - from) / 1e9;
    }
}
