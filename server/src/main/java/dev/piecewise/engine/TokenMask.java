package dev.piecewise.engine;

/**
 * The only tokens that a draw may choose.
 *
 * @param words the bits of {@link TokenConstraint#allowed}, shared and not to be changed
 * @param ends the tokens that end the completion
 * @param rule which of these may be chosen
 */
public record TokenMask(long[] words, int[] ends, Ends rule) {
    /** Which of the tokens that end the completion may be chosen. */
    public enum Ends {
        /** All: the text may end here. */
        ALL,
        /** Those that may go on with the text, as any other token. */
        AS_TEXT,
        NONE
    }

    public boolean allows(int token) {
        if (rule != Ends.AS_TEXT && isEnd(token)) {
            return rule == Ends.ALL;
        }
        int word = token >> 6;
        return word < words.length && (words[word] >>> token & 1) != 0;
    }

    /** Whether no token may be chosen. */
    boolean isEmpty() {
        if (rule == Ends.ALL && ends.length > 0) {
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            if ((words[i] & ~forbidden(i)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Writes the bits, those of the ends included, to {@code target} from {@code at} on; there must be room for {@link #length} words. */
    public void write(long[] target, int at) {
        System.arraycopy(words, 0, target, at, words.length);
        if (rule == Ends.AS_TEXT) {
            return;
        }
        for (int end : ends) {
            int word = at + (end >> 6);
            target[word] = rule == Ends.ALL ? target[word] | 1L << end : target[word] & ~(1L << end);
        }
    }

    /** Words that hold all bits. */
    public int length() {
        int length = words.length;
        for (int end : ends) {
            length = Math.max(length, (end >> 6) + 1);
        }
        return length;
    }

    private boolean isEnd(int token) {
        for (int end : ends) {
            if (end == token) {
                return true;
            }
        }
        return false;
    }

    /** The bits of a word that are those of forbidden ends. */
    private long forbidden(int word) {
        long bits = 0;
        for (int i = 0; rule == Ends.NONE && i < ends.length; i++) {
            bits |= ends[i] >> 6 == word ? 1L << ends[i] : 0;
        }
        return bits;
    }
}
