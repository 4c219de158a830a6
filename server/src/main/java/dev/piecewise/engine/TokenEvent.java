package dev.piecewise.engine;

import dev.piecewise.error.ServingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a generation yields: perhaps its prompt's logprobs, then tokens, then exactly one {@link Finished} or {@link Failed}. */
public sealed interface TokenEvent {
    /** Whether none follows it. */
    default boolean isLast() {
        return switch (this) {
            case PromptScored scored -> false;
            case Token token -> false;
            case Finished finished -> true;
            case Failed failed -> true;
        };
    }

    /** Of every prompt token but the first, which nothing predicts. Comes before the first token. */
    record PromptScored(List<TokenLogprobs> logprobs) implements TokenEvent {}

    record Token(int id, @Nullable TokenLogprobs logprobs) implements TokenEvent {}

    /** {@code end}: the token that ended it and is no part of the completion; -1 where there is none. */
    record Finished(FinishReason reason, Usage usage, int end) implements TokenEvent {
        public Finished(FinishReason reason, Usage usage) {
            this(reason, usage, -1);
        }
    }

    record Failed(ServingException cause) implements TokenEvent {}

    /** What it took: tokens in, of which from a cached prefix, tokens out. */
    record Usage(int promptTokens, int cachedTokens, int completionTokens) {}
}
