package dev.piecewise.gateway.completion;

/** Tokens of a request; a prompt counts once, however many choices continue it. */
public record Usage(int promptTokens, int completionTokens, int totalTokens, PromptTokensDetails promptTokensDetails) {
    public record PromptTokensDetails(int cachedTokens) {}

    public static Usage of(int promptTokens, int cachedTokens, int completionTokens) {
        return new Usage(
                promptTokens, completionTokens, promptTokens + completionTokens, new PromptTokensDetails(cachedTokens));
    }
}
