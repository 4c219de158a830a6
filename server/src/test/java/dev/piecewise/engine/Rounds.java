package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** Rounds of three tokens, each in a class of its own; from {@code least} on it may end, at {@code most} it must. */
record Rounds(int length, int least, int most) implements TokenConstraint {
    static final int END = 49;

    @Override
    public long[] allowed() {
        long first = 0b111L << (3 * (length % 10));
        return new long[] {length == most ? 0 : first};
    }

    @Override
    public boolean mayEnd() {
        return length >= least;
    }

    @Override
    public boolean mustEnd() {
        return length == most;
    }

    @Override
    public TokenConstraint after(int token) {
        assertThat(token / 3).isEqualTo(length % 10);
        return new Rounds(length + 1, least, most);
    }

    static boolean obeyedBy(List<Integer> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i) / 3 != i % 10) {
                return false;
            }
        }
        return true;
    }

    /** A request for these rounds from the first one on, which {@link #END} may end. */
    static Requests asked(int least, int most) {
        return Requests.of(1, 2, 3).max(40).ends(END).constrained(new Rounds(0, least, most));
    }
}
