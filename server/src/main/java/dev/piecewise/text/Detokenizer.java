package dev.piecewise.text;

import java.util.Arrays;
import java.util.Set;

/**
 * The text of one completion, token by token: what decoding prompt and completion gives beyond what decoding the prompt gives. Confined to one thread.
 *
 * <p>A token's text depends on its neighbours: a character may be spread over several tokens, and decoders drop the leading space of whatever comes first. So a
 * window of two parts is decoded, tokens whose text is out already and tokens whose text is not, and the new text is what the whole window has beyond its first
 * part. Text that ends in U+FFFD may be half a character and waits for the next token; a model that goes on making broken characters is not waited for longer
 * than {@link #MAX_PENDING} tokens. The window starts at a whole character, so every call decodes a few tokens only.
 */
public final class Detokenizer {
    static final int MAX_PENDING = 16;

    private static final int CONTEXT = 6;
    private static final String REPLACEMENT = String.valueOf(Unicode.REPLACEMENT);

    private final Tokenizer tokenizer;
    private final boolean skipSpecial;
    private final Set<Integer> shown;
    private int[] window;
    /** Tokens at the front of the window whose text is out. */
    private int known;

    private String knownText;

    /** Continues {@code prompt}, which may be empty. With {@code skipSpecial} special tokens have no text. */
    public Detokenizer(Tokenizer tokenizer, int[] prompt, boolean skipSpecial) {
        this(tokenizer, prompt, skipSpecial, Set.of());
    }

    /** As above; {@code shown} are special tokens that have text all the same. */
    Detokenizer(Tokenizer tokenizer, int[] prompt, boolean skipSpecial, Set<Integer> shown) {
        this.shown = shown;
        this.tokenizer = tokenizer;
        this.skipSpecial = skipSpecial;
        window = context(prompt);
        known = window.length - begun();
        knownText = decode(Arrays.copyOf(window, known));
    }

    /** The text that this token completes, "" when it completes none. */
    public String add(int token) {
        if (!isVisible(token)) {
            return "";
        }
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = token;
        String text = decode(window);
        boolean whole = !text.isEmpty() && !text.endsWith(REPLACEMENT);
        return whole || window.length - known >= MAX_PENDING ? advance(text) : "";
    }

    /** What is still waiting for the rest of a character, as U+FFFD; call once, at the end. */
    public String flush() {
        return window.length == known ? "" : advance(decode(window));
    }

    private String advance(String text) {
        String fresh = text.substring(common(knownText, text));
        window = from(window, known);
        known = window.length;
        knownText = decode(window);
        return fresh;
    }

    /** Where the two texts part: behind the first one, unless that ends in half a character which is whole in the second one. */
    private static int common(String known, String text) {
        return text.startsWith(known) ? known.length() : Arrays.mismatch(known.toCharArray(), text.toCharArray());
    }

    /** The last visible tokens of the prompt, from the start of a character on. */
    private int[] context(int[] prompt) {
        int[] visible = Arrays.stream(prompt).filter(this::isVisible).toArray();
        return from(visible, Math.max(0, visible.length - CONTEXT));
    }

    /** How many single bytes at the end of the window are half a character. */
    private int begun() {
        int start = window.length - 1;
        while (start > 0 && tokenizer.continuesCharacter(window[start])) {
            start--;
        }
        boolean half = start >= 0
                && tokenizer.beginsCharacter(window[start])
                && decode(Arrays.copyOfRange(window, start, window.length)).endsWith(REPLACEMENT);
        return half ? window.length - start : 0;
    }

    /** The tokens from this one on, and those before it that belong to the same character. */
    private int[] from(int[] tokens, int first) {
        int start = first;
        while (start > 0 && start < tokens.length && tokenizer.continuesCharacter(tokens[start])) {
            start--;
        }
        return Arrays.copyOfRange(tokens, start, tokens.length);
    }

    /** Without a text, tokens must not enter the window: the next one would look like the first one of all. */
    private boolean isVisible(int token) {
        return tokenizer.has(token) && !(skipSpecial && tokenizer.isSpecial(token) && !shown.contains(token));
    }

    /** Special tokens without a text are not among them. */
    private String decode(int[] tokens) {
        return tokenizer.decode(tokens, false);
    }
}
