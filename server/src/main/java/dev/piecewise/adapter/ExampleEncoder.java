package dev.piecewise.adapter;

import java.util.Arrays;
import java.util.Optional;

/**
 * Turns history items into examples of at most so many tokens: prompt, answer and end of text, or for plain text its first token and the rest as the answer. What is too
 * long loses the beginning of its prompt (a first special token stays), then the end of its answer.
 */
public final class ExampleEncoder {
    /** No tokenizer makes a token of so many characters on average, so what lies further from the answer's beginning would be cut off anyway. */
    private static final int CHARACTERS_PER_TOKEN = 256;

    /** Text to tokens, with or without the special tokens that begin a text. */
    @FunctionalInterface
    public interface Encoding {
        int[] encode(String text, boolean addSpecialTokens);
    }

    private final Encoding encoding;
    private final int eosToken;
    private final int maxTokens;

    /** {@code eosToken} is -1 where texts do not end with one. */
    public ExampleEncoder(Encoding encoding, int eosToken, int maxTokens) {
        if (maxTokens < 2) {
            throw new IllegalArgumentException(
                    "an example of %d tokens has no room for an answer".formatted(maxTokens));
        }
        this.encoding = encoding;
        this.eosToken = eosToken;
        this.maxTokens = maxTokens;
    }

    /** Empty where the item has no token to predict but the end of the text. */
    public Optional<Example> encode(HistoryItem item) {
        String prompt = item.prompt() == null ? "" : lastOf(item.prompt());
        int[] head = encoding.encode(prompt, true);
        int[] whole = encoding.encode(prompt + firstOf(item.completion()), true);
        int answerStart = Math.max(1, commonPrefix(head, whole));
        if (answerStart >= whole.length) {
            return Optional.empty();
        }
        boolean special = head.length > encoding.encode(prompt, false).length;
        return Optional.of(cut(ended(whole), answerStart, special ? 1 : 0));
    }

    private String lastOf(String text) {
        int most = longestText();
        return text.length() <= most ? text : text.substring(text.length() - most);
    }

    private String firstOf(String text) {
        int most = longestText();
        return text.length() <= most ? text : text.substring(0, most);
    }

    private int longestText() {
        return (int) Math.min(Integer.MAX_VALUE, (long) maxTokens * CHARACTERS_PER_TOKEN);
    }

    /** Not simply the prompt's length: the prompt's last token may be another one once the answer follows. */
    private static int commonPrefix(int[] head, int[] whole) {
        int mismatch = Arrays.mismatch(head, whole);
        return mismatch < 0 ? head.length : mismatch;
    }

    private int[] ended(int[] tokens) {
        if (eosToken < 0 || (tokens.length > 0 && tokens[tokens.length - 1] == eosToken)) {
            return tokens;
        }
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = eosToken;
        return ended;
    }

    /** {@code keptFirst} tokens at the start stay; so does at least one token before the answer. */
    private Example cut(int[] tokens, int answerStart, int keptFirst) {
        int excess = tokens.length - maxTokens;
        if (excess <= 0) {
            return new Example(tokens, answerStart);
        }
        int dropped = Math.min(excess, answerStart - 1);
        int[] kept = new int[maxTokens];
        System.arraycopy(tokens, 0, kept, 0, keptFirst);
        System.arraycopy(tokens, keptFirst + dropped, kept, keptFirst, maxTokens - keptFirst);
        return new Example(kept, answerStart - dropped);
    }
}
