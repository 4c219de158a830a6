package dev.piecewise.gateway.completion;

import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.text.Piece;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Logprobs as OpenAI's completions write them: parallel lists, one entry for each token. A prompt's first token has none. */
public record Logprobs(
        List<String> tokens,
        List<@Nullable Float> tokenLogprobs,
        List<@Nullable Map<String, @Nullable Float>> topLogprobs,
        List<Integer> textOffset) {
    /** What JSON can hold in place of minus infinity, as vLLM has it. */
    private static final float LEAST = -9999;

    /** A token of the text with its logprobs. */
    public record Scored(Piece piece, @Nullable TokenLogprobs logprobs) {}

    static Logprobs of(List<Scored> scored, Tokenizer tokenizer) {
        Logprobs lists = new Logprobs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Scored one : scored) {
            TokenLogprobs logprobs = one.logprobs();
            lists.tokens.add(one.piece().text());
            lists.textOffset.add(one.piece().offset());
            lists.tokenLogprobs.add(logprobs == null ? null : finite(logprobs.logprob()));
            lists.topLogprobs.add(logprobs == null ? null : top(one.piece(), logprobs, tokenizer));
        }
        return lists;
    }

    /** Of several tokens that read alike the likeliest one; the token that was chosen is always among them. */
    private static Map<String, @Nullable Float> top(Piece piece, TokenLogprobs logprobs, Tokenizer tokenizer) {
        Map<String, @Nullable Float> top = new LinkedHashMap<>();
        for (int i = 0; i < logprobs.topTokens().length; i++) {
            String token = tokenizer.piece(logprobs.topTokens()[i]);
            if (!top.containsKey(token)) {
                top.put(token, finite(logprobs.topLogprobs()[i]));
            }
        }
        if (!top.containsKey(piece.text())) {
            top.put(piece.text(), finite(logprobs.logprob()));
        }
        return top;
    }

    /** Null for what is no number, as an adapter gives that overflows: JSON has no word for it. */
    public static @Nullable Float finite(float logprob) {
        return Float.isNaN(logprob) || logprob == Float.POSITIVE_INFINITY ? null : Math.max(logprob, LEAST);
    }
}
