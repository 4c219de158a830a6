package dev.piecewise.training;

import dev.piecewise.error.ServingException;
import dev.piecewise.text.Tokenizer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Spans of a text that are read but not learnt, such as names when only style shall be learnt (StyleTunedLM). */
public final class SpanMask {
    /** Nothing is left out. */
    public static final SpanMask NONE = new SpanMask(Pattern.compile("(?!)"));

    /** Words with a capital that do not begin a sentence, and those that follow them. */
    private static final String NAMES = "(?<=[\\p{L}\\p{N},;:]\\s)\\p{Lu}[\\p{L}'’-]+(?:\\s\\p{Lu}[\\p{L}'’-]+)*";

    private final Pattern pattern;

    private SpanMask(Pattern pattern) {
        this.pattern = pattern;
    }

    /** What the expression finds; a user's own, so it is tried on his own data only. */
    public static SpanMask of(String regex) {
        try {
            return new SpanMask(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw ServingException.invalid("--mask", "--mask is no regular expression: " + e.getDescription());
        }
    }

    /** Names of people, places and things, as far as capitals tell. */
    public static SpanMask names() {
        return of(NAMES);
    }

    /** For each of the text's tokens whether it has no character in a span. */
    boolean[] learned(String text, int[] tokens, Tokenizer tokenizer) {
        boolean[] learned = new boolean[tokens.length];
        Arrays.fill(learned, true);
        BitSet masked = new BitSet();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            masked.set(matcher.start(), matcher.end());
        }
        if (!masked.isEmpty()) {
            int[] ends = ends(text, tokens, tokenizer);
            for (int i = 0; i < tokens.length; i++) {
                int start = i == 0 ? 0 : ends[i - 1];
                int next = masked.nextSetBit(start);
                learned[i] = next < 0 || next >= ends[i];
            }
        }
        return learned;
    }

    /** Where each token ends in the text. Bytes of one character end where it does. */
    private static int[] ends(String text, int[] tokens, Tokenizer tokenizer) {
        int[] ends = new int[tokens.length];
        boolean space = tokens.length > 0 && tokenizer.piece(tokens[0]).startsWith(" ") && !text.startsWith(" ");
        int at = space ? -1 : 0;
        for (int from = 0; from < tokens.length; ) {
            int to = from + 1;
            String part = tokenizer.piece(tokens[from]);
            while (part.contains("\uFFFD") && to < tokens.length) {
                part = tokenizer.decode(Arrays.copyOfRange(tokens, from, ++to), false);
            }
            at += part.length();
            Arrays.fill(ends, from, to, Math.max(0, at));
            from = to;
        }
        if (at != text.length()) {
            throw ServingException.invalid(
                    "--mask", "--mask cannot be used: this model's tokenizer changes the text before it cuts it");
        }
        return ends;
    }
}
