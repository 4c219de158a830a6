package dev.piecewise.loadtest.measure;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What became of one request, with the field's definitions. Moments are the clock's nanoseconds.
 *
 * @param user the number of the user who asked
 * @param intended when it was to be sent; latency counts from here, or a server that stalls would keep the requests that it delays out of the figures
 * @param sent when it was sent
 * @param chunks when each chunk with content came
 * @param end when the answer ended, or failed
 * @param mode what the server says that it answered with; empty where it does not
 */
public record Answer(
        OptionalInt user,
        long intended,
        long sent,
        long[] chunks,
        long end,
        Optional<Tokens> tokens,
        String mode,
        Optional<Failure> failure) {

    /** Nothing was sent. */
    public static Answer notSent(OptionalInt user, long intended, Failure failure) {
        return new Answer(user, intended, intended, new long[0], intended, Optional.empty(), "", Optional.of(failure));
    }

    public boolean succeeded() {
        return failure.isEmpty();
    }

    /** TTFT: to the first chunk with content. */
    public OptionalLong toFirst() {
        return chunks.length == 0 ? OptionalLong.empty() : OptionalLong.of(chunks[0] - intended);
    }

    public long endToEnd() {
        return end - intended;
    }

    /** Tokens of the answer; its chunks where the server does not say. */
    public int answerTokens() {
        return tokens.map(Tokens::answer).orElse(chunks.length);
    }

    /** TPOT: (end to end - TTFT) / (tokens - 1), of answers of two tokens and more. */
    public OptionalDouble perToken() {
        int count = answerTokens();
        return chunks.length == 0 || count < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) (end - chunks[0]) / (count - 1));
    }

    /** The longest time between two chunks. */
    public long longestGap() {
        long longest = 0;
        for (int i = 1; i < chunks.length; i++) {
            longest = Math.max(longest, chunks[i] - chunks[i - 1]);
        }
        return longest;
    }
}
