package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A whole completion as OpenAI writes it, with our {@code piecewise} object. */
record CompletionBody(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Entry> choices,
        Usage usage,
        ServedBy piecewise) {

    record Entry(
            int index,
            String text,
            @Nullable Logprobs logprobs,
            @Nullable String finishReason,
            @JsonInclude(JsonInclude.Include.NON_NULL) int @Nullable [] promptTokenIds,
            @JsonInclude(JsonInclude.Include.NON_NULL) int @Nullable [] tokenIds,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<@Nullable Map<String, PromptLogprobs>> promptLogprobs) {}

    static List<Entry> entries(List<Choice> choices, Tokenizer tokenizer) {
        List<Entry> entries = new ArrayList<>(choices.size());
        for (Choice choice : choices) {
            Choice.Part part = choice.part();
            List<Logprobs.Scored> scores = part.scores();
            entries.add(new Entry(
                    entries.size(),
                    part.text(),
                    scores == null ? null : Logprobs.of(scores, tokenizer),
                    part.finishReason(),
                    part.promptTokens(),
                    part.tokens(),
                    choice.promptLogprobs()));
        }
        return entries;
    }
}
