package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation;
import org.jspecify.annotations.Nullable;

/**
 * A contiguous run of KV places and what stands in it: position p of its tokens lives at place {@code start + p}. It belongs to a running sequence, or to nobody:
 * then it is a cached prefix.
 */
final class Extent {
    private final String sharing;
    private final boolean adapted;
    private int start;
    private int capacity;
    private int computed;
    private TokenList tokens;
    private String user;
    private @Nullable Sequence owner;
    private boolean pinned;
    private long lastUsed;

    Extent(int start, int capacity, Sequence owner) {
        this.start = start;
        this.capacity = capacity;
        this.owner = owner;
        sharing = owner.sharing();
        adapted = !(owner.request().adaptation() instanceof Adaptation.Base);
        tokens = owner.tokens();
        user = owner.request().user();
    }

    /** Of the sequences that it was for, and may be for. */
    String sharing() {
        return sharing;
    }

    /** Whether an adapter takes part in its keys and values. */
    boolean adapted() {
        return adapted;
    }

    int start() {
        return start;
    }

    int end() {
        return start + capacity;
    }

    int capacity() {
        return capacity;
    }

    /** The first so many tokens have their keys and values in place. */
    int computed() {
        return computed;
    }

    TokenList tokens() {
        return tokens;
    }

    /** Whose tokens they are. */
    String user() {
        return user;
    }

    @Nullable Sequence owner() {
        return owner;
    }

    boolean cached() {
        return owner == null;
    }

    boolean evictable() {
        return owner == null && !pinned;
    }

    long lastUsed() {
        return lastUsed;
    }

    void moveTo(int place) {
        start = place;
    }

    void resize(int places) {
        capacity = places;
    }

    void computed(int tokens) {
        computed = tokens;
    }

    void pin(boolean pinned) {
        this.pinned = pinned;
    }

    void touch(long tick) {
        lastUsed = tick;
    }

    void adopt(Sequence sequence) {
        owner = sequence;
        tokens = sequence.tokens();
        user = sequence.request().user();
    }

    /** Becomes a cached prefix of what was computed. */
    void orphan() {
        owner = null;
        tokens = tokens.first(computed);
    }
}
