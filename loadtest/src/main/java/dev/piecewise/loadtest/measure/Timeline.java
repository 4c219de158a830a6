package dev.piecewise.loadtest.measure;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** Takes down an answer while it comes. What comes after its end is ignored. Threads may come and go. */
public final class Timeline {
    private final OptionalInt user;
    private final long intended;
    private final long sent;
    private long[] chunks = new long[32];
    private int count;
    private Optional<Tokens> tokens = Optional.empty();
    private String mode = "";
    private Optional<Answer> over = Optional.empty();

    public Timeline(OptionalInt user, long intended, long sent) {
        this.user = user;
        this.intended = intended;
        this.sent = sent;
    }

    public synchronized void chunk(long nanos) {
        if (count == chunks.length) {
            chunks = Arrays.copyOf(chunks, 2 * count);
        }
        chunks[count++] = nanos;
    }

    public synchronized void tokens(int prompt, int answer) {
        tokens = Optional.of(new Tokens(prompt, answer));
    }

    /** What the server answers with, in its own word. */
    public synchronized void servedWith(String name) {
        mode = name;
    }

    public synchronized int chunks() {
        return count;
    }

    public synchronized boolean isOver() {
        return over.isPresent();
    }

    /** What came of it, when it is over. */
    public synchronized Answer answer() {
        return over.orElseThrow();
    }

    /** The answer is whole. The first of the two endings holds. */
    public synchronized Answer end(long nanos) {
        return close(nanos, Optional.empty());
    }

    public synchronized Answer fail(long nanos, Failure failure) {
        return close(nanos, Optional.of(failure));
    }

    private Answer close(long nanos, Optional<Failure> failure) {
        Answer answer = over.orElseGet(
                () -> new Answer(user, intended, sent, Arrays.copyOf(chunks, count), nanos, tokens, mode, failure));
        over = Optional.of(answer);
        return answer;
    }
}
