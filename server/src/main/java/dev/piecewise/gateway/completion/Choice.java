package dev.piecewise.gateway.completion;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.text.CompletionText;
import dev.piecewise.text.Piece;
import dev.piecewise.text.StopStrings;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One choice of a completion: takes its generation's events and gives out what they add, all at once or piece by piece. Confined to one thread at a time. */
public final class Choice {
    private final Prompt.Encoded prompt;
    private final CompletionRequest request;
    private final Tokenizer tokenizer;
    private final CompletionText text;
    private final StringBuilder unsent = new StringBuilder();
    private final Deque<Logprobs.Scored> unsentScores = new ArrayDeque<>();
    /** Reported with each token of its text; -1 for no scores at all. */
    private final int alternatives;

    private @Nullable List<TokenLogprobs> promptScores;
    private int[] tokens = new int[16];
    private int tokenCount;
    private int sentTokens;
    /** Code points given out so far, or about to be. */
    private int length;
    /** Code points of the echoed prompt, behind which the completion's offsets begin. */
    private final int echoed;

    private boolean stopped;
    private boolean begun;
    private boolean ended;
    private @Nullable String finishReason;

    Choice(Prompt.Encoded prompt, CompletionRequest request, Tokenizer tokenizer) {
        this.prompt = prompt;
        this.request = request;
        this.tokenizer = tokenizer;
        alternatives = request.output().scores().completion();
        Decoding decoding = request.decoding();
        Rendering rendering = request.output().rendering();
        text = new CompletionText(
                tokenizer,
                prompt.ids(),
                new CompletionText.Options(
                        decoding.stops(),
                        rendering.includesStop(),
                        decoding.minTokens(),
                        rendering.skipsSpecial(),
                        rendering.shown()));
        append(request.output().echo() ? prompt.text() : "");
        echoed = length;
    }

    /**
     * What a choice has to give since it was last asked.
     *
     * @param scores where logprobs are asked for: of the tokens of this part's text
     * @param promptTokens where token ids are asked for: the prompt's, the first time
     * @param tokens where token ids are asked for: those of this part
     * @param finishReason null while the choice goes on
     */
    public record Part(
            String text,
            @Nullable List<Logprobs.Scored> scores,
            int @Nullable [] promptTokens,
            int @Nullable [] tokens,
            @Nullable String finishReason) {}

    /** Takes the next event of its generation; what comes after the end is passed over. A failure is thrown. */
    void take(TokenEvent event) {
        if (isFinished()) {
            return;
        }
        switch (event) {
            case TokenEvent.PromptScored(var scores) -> takePrompt(scores);
            case TokenEvent.Token(int id, var logprobs) -> takeToken(id, logprobs);
            case TokenEvent.Finished(var reason, var _, int end) -> finish(reason, end);
            case TokenEvent.Failed(var cause) -> throw cause;
        }
    }

    /** Whether there is text to give, or the end that was not given yet. */
    boolean hasPart() {
        return !unsent.isEmpty() || (isFinished() && !ended);
    }

    boolean isFinished() {
        return finishReason != null;
    }

    /** Why it ended, once it has. */
    Optional<String> finishReason() {
        return Optional.ofNullable(finishReason);
    }

    /** Whether a stop string ended it, so that its generation still runs. */
    boolean isStopped() {
        return stopped;
    }

    int completionTokens() {
        return tokenCount;
    }

    int promptTokens() {
        return prompt.ids().length;
    }

    /** The prompt's scores by vLLM's {@code prompt_logprobs}; null where they were not asked for. */
    public @Nullable List<@Nullable Map<String, PromptLogprobs>> promptLogprobs() {
        List<TokenLogprobs> scores = promptScores;
        return scores == null ? null : PromptLogprobs.of(scores, tokenizer);
    }

    /** Gives out what there is. */
    public Part part() {
        boolean ids = request.output().tokenIds();
        Part part = new Part(
                unsent.toString(),
                alternatives < 0 ? null : scores(),
                ids && !begun ? prompt.ids() : null,
                ids ? Arrays.copyOfRange(tokens, sentTokens, tokenCount) : null,
                finishReason);
        unsent.setLength(0);
        sentTokens = tokenCount;
        begun = true;
        ended = isFinished();
        return part;
    }

    /** Scores of the tokens whose text is given out; what a stop string cut off has none, the end takes the rest along. */
    private List<Logprobs.Scored> scores() {
        List<Logprobs.Scored> scores = new ArrayList<>();
        boolean rest = isFinished() && !stopped;
        while (!unsentScores.isEmpty()
                && (rest || unsentScores.getFirst().piece().offset() < length)) {
            scores.add(unsentScores.removeFirst());
        }
        return scores;
    }

    private void takePrompt(List<TokenLogprobs> scores) {
        int wanted = request.output().scores().prompt();
        if (wanted >= 0) {
            promptScores = scores.stream().map(score -> score.likeliest(wanted)).toList();
        }
        if (alternatives < 0 || !request.output().echo()) {
            return;
        }
        List<Piece> pieces = Piece.ofPrompt(tokenizer, prompt.ids(), true);
        for (int i = 0; i < pieces.size(); i++) {
            unsentScores.add(new Logprobs.Scored(
                    pieces.get(i), i == 0 ? null : scores.get(i - 1).likeliest(alternatives)));
        }
    }

    private void takeToken(int id, @Nullable TokenLogprobs logprobs) {
        if (request.maxTokens() == 0) {
            return;
        }
        if (tokenCount == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * tokenCount);
        }
        tokens[tokenCount++] = id;
        CompletionText.Delta delta = text.add(id);
        if (logprobs != null && alternatives >= 0) {
            unsentScores.add(new Logprobs.Scored(shifted(delta.piece()), logprobs.likeliest(alternatives)));
        }
        append(delta.text());
        if (delta.stopped()) {
            stop();
        }
    }

    private void finish(FinishReason reason, int end) {
        if (end >= 0 && request.output().rendering().includesStop() && request.maxTokens() > 0) {
            CompletionText.Delta delta = text.add(end);
            append(delta.text());
            if (delta.stopped()) {
                stop();
                return;
            }
        }
        StopStrings.Passed last = text.finish();
        append(last.text());
        if (last.stop() != null) {
            stop();
        } else {
            finishReason = request.maxTokens() == 0 ? "length" : word(reason);
        }
    }

    private static String word(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case CANCELLED -> throw new ServingException(ErrorCode.UNAVAILABLE, "the generation was cancelled");
        };
    }

    private void stop() {
        stopped = true;
        finishReason = "stop";
    }

    private void append(String more) {
        unsent.append(more);
        length += more.codePointCount(0, more.length());
    }

    private Piece shifted(Piece piece) {
        return echoed == 0 ? piece : new Piece(piece.token(), piece.text(), piece.offset() + echoed);
    }
}
