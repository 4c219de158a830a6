package dev.piecewise.engine;

/** A range of bank columns that holds one adapter, and how many sequences run with it. */
final class Slot {
    private final String sharing;
    private final String pool;
    private final String fingerprint;
    private final int firstColumn;
    private final int columns;
    private int sequences;
    private long lastUsed;
    private String user = "";
    private boolean outdated;

    /** For a sequence's adapter. */
    Slot(Sequence sequence, String fingerprint, int firstColumn) {
        sharing = sequence.sharing();
        pool = sequence.pool();
        columns = sequence.rank();
        this.fingerprint = fingerprint;
        this.firstColumn = firstColumn;
    }

    /** Of the sequences that may run with it. */
    String sharing() {
        return sharing;
    }

    /** The version of a pool that the adapter was merged from; "" for none. */
    String pool() {
        return pool;
    }

    /** Whether it goes as soon as it is idle. */
    boolean outdated() {
        return outdated;
    }

    void outdate() {
        outdated = true;
    }

    String fingerprint() {
        return fingerprint;
    }

    int firstColumn() {
        return firstColumn;
    }

    int end() {
        return firstColumn + columns;
    }

    boolean idle() {
        return sequences == 0;
    }

    int sequences() {
        return sequences;
    }

    long lastUsed() {
        return lastUsed;
    }

    /** Who used it last. */
    String user() {
        return user;
    }

    void hold(String user, long tick) {
        sequences++;
        lastUsed = tick;
        this.user = user;
    }

    void release() {
        if (sequences == 0) {
            throw new IllegalStateException("the slot at column %d is held by nobody".formatted(firstColumn));
        }
        sequences--;
    }
}
