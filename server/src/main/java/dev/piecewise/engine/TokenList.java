package dev.piecewise.engine;

import java.util.Arrays;

/** A growing list of token ids. */
final class TokenList {
    private int[] ids;
    private int length;

    TokenList(int[] prompt, int room) {
        ids = Arrays.copyOf(prompt, prompt.length + room);
        length = prompt.length;
    }

    /** The array behind the list; valid up to {@link #length} until the next {@link #add}. */
    int[] ids() {
        return ids;
    }

    int length() {
        return length;
    }

    void add(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, length + (length >> 1) + 16);
        }
        ids[length++] = id;
    }

    /** A list of the first {@code length} tokens. */
    TokenList first(int length) {
        return new TokenList(Arrays.copyOf(ids, length), 0);
    }

    /** How many tokens both lists begin with. */
    int common(TokenList other) {
        int shorter = Math.min(length, other.length);
        int mismatch = Arrays.mismatch(ids, 0, shorter, other.ids, 0, shorter);
        return mismatch < 0 ? shorter : mismatch;
    }
}
