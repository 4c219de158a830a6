package dev.piecewise.text;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The text of one completion as it grows: tokens in, text out, ended by the first stop string. Confined to one thread. */
public final class CompletionText {
    private final Tokenizer tokenizer;
    private final Detokenizer detokenizer;
    private final StopStrings stops;
    private final int minTokens;
    private int tokens;
    /** Code points decoded so far, whether they went out or not. */
    private int decoded;

    /** Continues {@code prompt}, as {@code options} say. */
    public CompletionText(Tokenizer tokenizer, int[] prompt, Options options) {
        this.tokenizer = tokenizer;
        detokenizer = new Detokenizer(tokenizer, prompt, options.skipSpecial(), options.shown());
        stops = new StopStrings(options.stops(), options.includeStop());
        minTokens = options.minTokens();
    }

    /**
     * How a completion becomes text.
     *
     * @param includeStop whether the text contains the stop string that ended it
     * @param minTokens stop strings completed by the first so many tokens do not stop
     * @param skipSpecial whether special tokens have no text
     * @param shown special tokens that have one all the same
     */
    public record Options(
            List<String> stops, boolean includeStop, int minTokens, boolean skipSpecial, Set<Integer> shown) {
        public static final Options PLAIN = new Options(List.of(), false, 0, true);

        public Options(List<String> stops, boolean includeStop, int minTokens, boolean skipSpecial) {
            this(stops, includeStop, minTokens, skipSpecial, Set.of());
        }
    }

    /**
     * What a token added.
     *
     * @param text to be sent now; pieces of a completion put together are its text
     * @param stop the stop string that ended the text, null while it goes on
     * @param piece the token by itself, for logprobs
     */
    public record Delta(String text, @Nullable String stop, Piece piece) {
        public boolean stopped() {
            return stop != null;
        }
    }

    /** Takes the next token. After a stop nothing may be added. */
    public Delta add(int token) {
        Piece piece = new Piece(token, tokenizer.piece(token), decoded);
        tokens++;
        String fresh = detokenizer.add(token);
        decoded += fresh.codePointCount(0, fresh.length());
        StopStrings.Passed passed = stops.add(fresh, tokens > minTokens);
        return new Delta(passed.text(), passed.stop(), piece);
    }

    /** What was held back, when the tokens have ended by themselves; a last stop string may still end it. {@code finish} is called once, at the end. */
    public StopStrings.Passed finish() {
        StopStrings.Passed last = stops.add(detokenizer.flush(), tokens > minTokens);
        return last.stop() == null ? new StopStrings.Passed(last.text() + stops.flush(), null) : last;
    }
}
