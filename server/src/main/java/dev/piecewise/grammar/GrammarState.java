package dev.piecewise.grammar;

import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.grammar.Table.FrameSet;
import org.jspecify.annotations.Nullable;

/** What a grammar can be in the middle of. Everything about it is found when it is first asked for, and kept. Any thread may call. */
final class GrammarState implements TokenConstraint {
    private final Grammar grammar;
    private final Table table;
    private final FrameSet set;
    /** By class of bytes. The places are written once with objects that never change, so a reader sees all of one or nothing. */
    private final @Nullable GrammarState[] next;

    private volatile long @Nullable [] allowed;

    GrammarState(Grammar grammar, Table table, FrameSet set, int classes) {
        this.grammar = grammar;
        this.table = table;
        this.set = set;
        next = new @Nullable GrammarState[set.reading().isEmpty() ? 0 : classes];
    }

    Table table() {
        return table;
    }

    FrameSet set() {
        return set;
    }

    boolean dead() {
        return set.dead();
    }

    /** The state after a byte of this class; dead if it may not come. */
    GrammarState afterClass(int octetClass) {
        if (next.length == 0) {
            return grammar.dead();
        }
        GrammarState known = next[octetClass];
        if (known == null) {
            known = grammar.after(this, octetClass);
            next[octetClass] = known;
        }
        return known;
    }

    @Override
    public boolean isAtHand() {
        return allowed != null;
    }

    /** Found once, however many ask at a time. */
    @Override
    public long[] allowed() {
        long[] known = allowed;
        return known == null ? find() : known;
    }

    private synchronized long[] find() {
        long[] known = allowed;
        if (known == null) {
            known = grammar.allowed(this);
            allowed = known;
        }
        return known;
    }

    @Override
    public boolean mayEnd() {
        return set.accepting();
    }

    @Override
    public boolean mustEnd() {
        return set.accepting() && set.reading().isEmpty();
    }

    @Override
    public GrammarState after(int token) {
        return grammar.afterToken(this, token);
    }
}
