package dev.piecewise.gateway.chat;

import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.gateway.completion.Logprobs;
import dev.piecewise.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Logprobs as OpenAI's chat completions write them: an entry for each token. */
public record ChatLogprobs(List<Entry> content, @Nullable List<Entry> refusal) {

    /** A token with its likeliest alternatives. */
    public record Entry(String token, @Nullable Float logprob, int[] bytes, List<Alternative> topLogprobs) {}

    public record Alternative(String token, @Nullable Float logprob, int[] bytes) {}

    static ChatLogprobs of(List<Logprobs.Scored> scores, Tokenizer tokenizer) {
        return new ChatLogprobs(entries(scores, tokenizer), null);
    }

    public static List<Entry> entries(List<Logprobs.Scored> scores, Tokenizer tokenizer) {
        List<Entry> entries = new ArrayList<>(scores.size());
        for (Logprobs.Scored scored : scores) {
            TokenLogprobs logprobs = scored.logprobs();
            if (logprobs != null) {
                String text = scored.piece().text();
                entries.add(new Entry(
                        text,
                        Logprobs.finite(logprobs.logprob()),
                        bytes(scored.piece().token(), text, tokenizer),
                        alternatives(logprobs, tokenizer)));
            }
        }
        return entries;
    }

    private static List<Alternative> alternatives(TokenLogprobs logprobs, Tokenizer tokenizer) {
        List<Alternative> alternatives = new ArrayList<>(logprobs.topTokens().length);
        for (int i = 0; i < logprobs.topTokens().length; i++) {
            int token = logprobs.topTokens()[i];
            String text = tokenizer.piece(token);
            alternatives.add(
                    new Alternative(text, Logprobs.finite(logprobs.topLogprobs()[i]), bytes(token, text, tokenizer)));
        }
        return alternatives;
    }

    /** Those of several tokens may be one character; of a token that has none they are those of its text. */
    private static int[] bytes(int token, String text, Tokenizer tokenizer) {
        byte[] own = tokenizer.bytes(token).orElseGet(() -> text.getBytes(StandardCharsets.UTF_8));
        int[] bytes = new int[own.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Byte.toUnsignedInt(own[i]);
        }
        return bytes;
    }
}
