package dev.piecewise.engine;

import java.util.Map;

/**
 * How the next token is chosen from the logits. Temperature 0 is greedy. Order as in vLLM: penalties and bias on the logits, then temperature, then min-p, top-k, top-p.
 *
 * @param topK 0 for no limit
 * @param topP 1 for no limit
 * @param minP 0 for no limit
 * @param repetitionPenalty 1 for none; over prompt and completion
 * @param presencePenalty over the completion only, as is {@code frequencyPenalty}
 * @param logitBias added to the logits of these tokens
 * @param seed of the uniform numbers, one for each token; the same seed gives the same completion whatever else runs
 * @param logprobs how many alternatives to report with each token, -1 for no logprobs at all
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double presencePenalty,
        double frequencyPenalty,
        Map<Integer, Float> logitBias,
        long seed,
        int logprobs) {

    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(), 0, -1);

    public boolean greedy() {
        return temperature == 0;
    }
}
