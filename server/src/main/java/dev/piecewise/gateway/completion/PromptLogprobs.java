package dev.piecewise.gateway.completion;

import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token of a prompt as vLLM's {@code prompt_logprobs} has it.
 *
 * @param rank 1 for the likeliest token at its position
 */
public record PromptLogprobs(@Nullable Float logprob, int rank, String decodedToken) {

    /** By token id, for each token of the prompt: itself and the likeliest ones in its place. Of the first, which nothing predicts, null. */
    static List<@Nullable Map<String, PromptLogprobs>> of(List<TokenLogprobs> scores, Tokenizer tokenizer) {
        List<@Nullable Map<String, PromptLogprobs>> tokens = new ArrayList<>(scores.size() + 1);
        tokens.add(null);
        for (TokenLogprobs score : scores) {
            Map<String, PromptLogprobs> here = new LinkedHashMap<>();
            here.put(Integer.toString(score.token()), of(score.token(), score.logprob(), score.rank(), tokenizer));
            for (int i = 0; i < score.topTokens().length; i++) {
                int token = score.topTokens()[i];
                here.put(Integer.toString(token), of(token, score.topLogprobs()[i], i + 1, tokenizer));
            }
            tokens.add(here);
        }
        return tokens;
    }

    private static PromptLogprobs of(int token, float logprob, int rank, Tokenizer tokenizer) {
        return new PromptLogprobs(Logprobs.finite(logprob), rank, tokenizer.piece(token));
    }
}
