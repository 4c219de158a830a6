package dev.piecewise.gateway.completion;

/** A moment of this process's life: setting the clock moves none of them. */
public record Moment(long nanos) implements Comparable<Moment> {
    public static Moment now() {
        return new Moment(System.nanoTime());
    }

    @Override
    public int compareTo(Moment other) {
        return Long.signum(nanos - other.nanos);
    }
}
