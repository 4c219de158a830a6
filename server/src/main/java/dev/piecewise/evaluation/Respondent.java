package dev.piecewise.evaluation;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.engine.Engine;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.Sampling;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An engine that is asked in text. What is too long loses the beginning of its prompt. Calls block; many may run at a time, and then share the engine's batches.
 */
public final class Respondent {
    private static final Sampling SCORED = new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(), 0, 0);

    private final Engine engine;
    private final Tokenizer tokenizer;
    private final Set<Integer> endTokens;
    private final ExampleEncoder encoder;

    /** {@code endTokens} end an answer. */
    public Respondent(Engine engine, Tokenizer tokenizer, Set<Integer> endTokens) {
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.endTokens = endTokens;
        encoder = new ExampleEncoder(tokenizer::encode, tokenizer.eos().orElse(-1), engine.maxLength());
    }

    /** Negative log-likelihood of an answer and its end, in nats, and of how many tokens. */
    public record Likelihood(double nats, int tokens) {
        static final Likelihood NONE = new Likelihood(0, 0);
    }

    int maxLength() {
        return engine.maxLength();
    }

    int tokens(String text) {
        return tokenizer.encode(text, true).length;
    }

    /** The likeliest answer, token by token. */
    public String answer(String user, Adaptation adaptation, String prompt, int maxTokens) throws InterruptedException {
        int[] tokens = lastOf(tokenizer.encode(prompt, true), Math.max(1, engine.maxLength() - maxTokens));
        GenerationRequest request =
                new GenerationRequest(user, tokens, maxTokens, 0, endTokens, Sampling.GREEDY, false, adaptation);
        List<Integer> ids = new ArrayList<>();
        try (Generation generation = engine.submit(request)) {
            while (true) {
                switch (generation.next()) {
                    case TokenEvent.Token(int id, var _) -> ids.add(id);
                    case TokenEvent.PromptScored _ -> {}
                    case TokenEvent.Finished _ -> {
                        return tokenizer.decode(ids.stream().mapToInt(i -> i).toArray(), true);
                    }
                    case TokenEvent.Failed(var cause) -> throw cause;
                }
            }
        }
    }

    /** How likely this answer is after this prompt. NONE where the answer has no token. */
    public Likelihood likelihood(String user, Adaptation adaptation, String prompt, String answer)
            throws InterruptedException {
        return likelihood(user, adaptation, new HistoryItem(null, null, prompt, answer));
    }

    /** How likely an item is: its answer after its prompt, or its text. */
    public Likelihood likelihood(String user, Adaptation adaptation, HistoryItem item) throws InterruptedException {
        Example example = encoder.encode(item).orElse(null);
        return example == null ? Likelihood.NONE : likelihood(user, adaptation, example);
    }

    /**
     * Mean negative log-likelihood of a token of the items' answers, in nats, all of them asked at once; NaN where they have none. UNAVAILABLE when the thread is
     * interrupted.
     *
     * @param read when the items were read, as {@link System#nanoTime}: nothing of them is kept when the user was forgotten since
     */
    public double loss(String user, Adaptation adaptation, List<HistoryItem> items, long read) {
        List<Example> examples =
                items.stream().flatMap(item -> encoder.encode(item).stream()).toList();
        List<Generation> generations = new ArrayList<>();
        try {
            for (Example example : examples) {
                generations.add(engine.submit(scoring(user, adaptation, example).begunAt(read)));
            }
            double nats = 0;
            int tokens = 0;
            for (int i = 0; i < generations.size(); i++) {
                Likelihood likelihood = scored(generations.get(i), examples.get(i));
                nats += likelihood.nats();
                tokens += likelihood.tokens();
            }
            return nats / tokens;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.UNAVAILABLE, "the server is shutting down");
        } finally {
            generations.forEach(Generation::close);
        }
    }

    private Likelihood likelihood(String user, Adaptation adaptation, Example example) throws InterruptedException {
        try (Generation generation = engine.submit(scoring(user, adaptation, example))) {
            return scored(generation, example);
        }
    }

    private static GenerationRequest scoring(String user, Adaptation adaptation, Example example) {
        return new GenerationRequest(user, example.tokens(), 1, 0, Set.of(), SCORED, true, adaptation);
    }

    private static Likelihood scored(Generation generation, Example example) throws InterruptedException {
        return switch (generation.next()) {
            case TokenEvent.PromptScored(var logprobs) -> sum(logprobs, example.answerStart());
            case TokenEvent.Failed(var cause) -> throw cause;
            case TokenEvent.Token _, TokenEvent.Finished _ ->
                throw new IllegalStateException("a prompt that was to be scored was not");
        };
    }

    /** {@code logprobs} begin with the second token's. */
    private static Likelihood sum(List<TokenLogprobs> logprobs, int from) {
        double nats = 0;
        for (int i = from - 1; i < logprobs.size(); i++) {
            nats -= logprobs.get(i).logprob();
        }
        return new Likelihood(nats, logprobs.size() - (from - 1));
    }

    /** With the first token, which may be one that begins every text. */
    private static int[] lastOf(int[] tokens, int most) {
        if (tokens.length <= most) {
            return tokens;
        }
        int[] last = Arrays.copyOfRange(tokens, tokens.length - most, tokens.length);
        last[0] = tokens[0];
        return last;
    }
}
