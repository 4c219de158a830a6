package dev.piecewise.engine;

/**
 * The only tokens that a draw may choose.
 *
 * @param words the bits of {@link TokenConstraint#allowed}, shared and not to be changed
 * @param ends the tokens that end the completion, whatever {@code words} say of them
 * @param mayEnd whether these may be chosen
 */
public record TokenMask(long[] words, int[] ends, boolean mayEnd) {
    public boolean allows(int token) {
        for (int end : ends) {
            if (end == token) {
                return mayEnd;
            }
        }
        int word = token >> 6;
        return word < words.length && (words[word] >>> token & 1) != 0;
    }

    /** Writes the bits, those of the ends included, to {@code target} from {@code at} on; there must be room for {@link #length} words. */
    public void write(long[] target, int at) {
        System.arraycopy(words, 0, target, at, words.length);
        for (int end : ends) {
            int word = at + (end >> 6);
            target[word] = mayEnd ? target[word] | 1L << end : target[word] & ~(1L << end);
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
}
