package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation.Merged;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;

/** Refuses what could never run, or would run wrong. */
final class RequestCheck {
    private final ModelRunner.Limits limits;
    private final int slots;
    private final int maxLength;

    RequestCheck(ModelRunner.Limits limits, int slots) {
        this.limits = limits;
        this.slots = slots;
        maxLength = Math.min(limits.maxLength(), limits.kvPlaces());
    }

    int maxLength() {
        return maxLength;
    }

    void check(GenerationRequest request) {
        checkPrompt(request.prompt());
        checkLength(request);
        checkTokens(request);
        checkSampling(request.sampling());
        TokenConstraint constraint = request.constraint();
        if (constraint != null && constraint.mustEnd()) {
            throw ServingException.invalid("response_format", "the completion may be nothing but an empty text");
        }
        if (request.promptLogprobs() && request.sampling().logprobs() < 0) {
            throw ServingException.invalid("logprobs", "the prompt's logprobs need logprobs to be asked for");
        }
        if (request.adaptation() instanceof Merged merged) {
            checkAdapter(merged);
        }
    }

    private void checkPrompt(int[] prompt) {
        if (prompt.length == 0) {
            throw ServingException.invalid("prompt", "the prompt is empty");
        }
        for (int i = 0; i < prompt.length; i++) {
            if (prompt[i] < 0 || prompt[i] >= limits.vocabulary()) {
                throw ServingException.invalid(
                        "prompt",
                        "token %d of the prompt is %d; token ids are from 0 to %d"
                                .formatted(i, prompt[i], limits.vocabulary() - 1));
            }
        }
    }

    private void checkLength(GenerationRequest request) {
        int prompt = request.prompt().length;
        int completion = request.maxTokens();
        if (completion < 1) {
            throw ServingException.invalid(
                    "max_tokens", "max_tokens is %d and must be at least 1".formatted(completion));
        }
        if (request.minTokens() < 0 || request.minTokens() > completion) {
            throw ServingException.invalid(
                    "min_tokens",
                    "min_tokens is %d and must be from 0 to max_tokens, which is %d"
                            .formatted(request.minTokens(), completion));
        }
        if (prompt > maxLength) {
            throw new ServingException(
                    ErrorCode.CONTEXT_TOO_LONG,
                    "This model's maximum context length is %d tokens, but the prompt has %d."
                            .formatted(maxLength, prompt),
                    "prompt");
        }
        // The last token of a completion is never read, so it needs no place in the context.
        if (completion - 1 > maxLength - prompt) {
            throw new ServingException(
                    ErrorCode.CONTEXT_TOO_LONG,
                    "This model's maximum context length is %d tokens, but %d were asked for: %d in the prompt and %d for the completion (max_tokens)."
                            .formatted(maxLength, (long) prompt + completion, prompt, completion),
                    "max_tokens");
        }
    }

    private void checkTokens(GenerationRequest request) {
        for (int token : request.endTokens()) {
            if (token < 0 || token >= limits.vocabulary()) {
                throw ServingException.invalid("stop_token_ids", "the end token %d does not exist".formatted(token));
            }
        }
        for (int token : request.sampling().logitBias().keySet()) {
            if (token < 0 || token >= limits.vocabulary()) {
                throw ServingException.invalid(
                        "logit_bias",
                        "logit_bias names token %d; token ids are from 0 to %d"
                                .formatted(token, limits.vocabulary() - 1));
            }
        }
    }

    private static void checkSampling(Sampling sampling) {
        within("temperature", sampling.temperature(), 0, Double.MAX_VALUE);
        within("top_p", sampling.topP(), Double.MIN_VALUE, 1);
        within("min_p", sampling.minP(), 0, 1);
        within("top_k", sampling.topK(), 0, Integer.MAX_VALUE);
        within("repetition_penalty", sampling.repetitionPenalty(), Double.MIN_VALUE, Double.MAX_VALUE);
        within("presence_penalty", sampling.presencePenalty(), -Double.MAX_VALUE, Double.MAX_VALUE);
        within("frequency_penalty", sampling.frequencyPenalty(), -Double.MAX_VALUE, Double.MAX_VALUE);
        for (float bias : sampling.logitBias().values()) {
            if (Float.isNaN(bias)) {
                throw ServingException.invalid("logit_bias", "logit_bias has a value that is not a number");
            }
        }
    }

    private static void within(String param, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw ServingException.invalid(param, "%s cannot be %s".formatted(param, value));
        }
    }

    private void checkAdapter(Merged merged) {
        int rank = merged.adapter().rank();
        if (slots == 0 || rank > limits.bankColumns()) {
            throw ServingException.invalid(
                    "adapter",
                    "the adapter has rank %d; %d slots with %d columns in all are there for adapters"
                            .formatted(rank, slots, limits.bankColumns()));
        }
    }
}
