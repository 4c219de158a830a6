package dev.piecewise.engine;

import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.TokenEvent.Failed;
import dev.piecewise.engine.TokenEvent.Finished;
import dev.piecewise.engine.TokenEvent.PromptScored;
import dev.piecewise.engine.TokenEvent.Token;
import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What a generation gave, or what {@link FakeModel} would give to a request that is alone.
 *
 * @param scores log-probabilities of the prompt's tokens, empty if none came
 * @param logprobs of the completion's tokens that had any
 */
record Completion(List<Integer> tokens, List<Float> scores, List<Float> logprobs, TokenEvent last) {
    FinishReason reason() {
        return ((Finished) last).reason();
    }

    ServingException failure() {
        return ((Failed) last).cause();
    }

    /** Takes all events of a generation. */
    static Completion of(Generation generation) throws InterruptedException {
        List<Integer> tokens = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        List<Float> logprobs = new ArrayList<>();
        while (true) {
            switch (generation.next()) {
                case PromptScored(List<TokenLogprobs> scored) -> {
                    if (!tokens.isEmpty() || !scores.isEmpty()) {
                        throw new AssertionError("the prompt's scores come first, and once");
                    }
                    scored.forEach(score -> scores.add(score.logprob()));
                }
                case Token token -> {
                    tokens.add(token.id());
                    if (token.logprobs() != null) {
                        logprobs.add(token.logprobs().logprob());
                    }
                }
                case Finished last -> {
                    return new Completion(tokens, scores, logprobs, last);
                }
                case Failed last -> {
                    return new Completion(tokens, scores, logprobs, last);
                }
            }
        }
    }

    /** Computed here from the definitions, without anything of the engine. */
    static Completion alone(GenerationRequest request, int vocabulary) {
        int prompt = request.prompt().length;
        int[] all = Arrays.copyOf(request.prompt(), prompt + request.maxTokens());
        String fingerprint = request.adaptation().fingerprint();
        List<Float> scores = new ArrayList<>();
        for (int i = 1; request.promptLogprobs() && i < prompt; i++) {
            scores.add(FakeModel.logits(fingerprint, all, i, vocabulary)[all[i]]);
        }
        List<Integer> tokens = new ArrayList<>();
        List<Float> logprobs = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(request.sampling().seed());
        FinishReason reason = FinishReason.LENGTH;
        while (tokens.size() < request.maxTokens()) {
            float[] logits = FakeModel.logits(fingerprint, all, prompt + tokens.size(), vocabulary);
            int token = FakeModel.choose(logits, draw(request, tokens, random.nextDouble()));
            if (request.endTokens().contains(token) && tokens.size() >= request.minTokens()) {
                reason = FinishReason.STOP;
                break;
            }
            all[prompt + tokens.size()] = token;
            tokens.add(token);
            if (request.sampling().logprobs() >= 0) {
                logprobs.add(logits[token]);
            }
        }
        return new Completion(
                tokens, scores, logprobs, new Finished(reason, new TokenEvent.Usage(prompt, 0, tokens.size())));
    }

    private static Draw draw(GenerationRequest request, List<Integer> completion, double uniform) {
        Sampling sampling = request.sampling();
        Map<Integer, Float> biases = new LinkedHashMap<>(sampling.logitBias());
        Map<Integer, Integer> counts = new HashMap<>();
        completion.forEach(token -> counts.merge(token, 1, Integer::sum));
        counts.forEach((token, count) -> biases.merge(
                token, (float) -sampling.presencePenalty() - (float) sampling.frequencyPenalty() * count, Float::sum));
        if (completion.size() < request.minTokens()) {
            request.endTokens().forEach(token -> biases.put(token, Float.NEGATIVE_INFINITY));
        }
        Set<Integer> repeated = new LinkedHashSet<>(completion);
        for (int token : request.prompt()) {
            repeated.add(token);
        }
        float[] values = new float[biases.size()];
        int[] ids = new int[biases.size()];
        int i = 0;
        for (Map.Entry<Integer, Float> bias : biases.entrySet()) {
            ids[i] = bias.getKey();
            values[i++] = bias.getValue();
        }
        return new Draw(
                sampling.temperature(),
                0,
                1,
                0,
                uniform,
                ids,
                values,
                repeated.stream().mapToInt(Integer::intValue).toArray(),
                (float) sampling.repetitionPenalty(),
                sampling.logprobs());
    }
}
