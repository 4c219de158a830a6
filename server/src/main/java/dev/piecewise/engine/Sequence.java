package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Adaptation.Merged;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.engine.TokenEvent.PromptScored;
import dev.piecewise.engine.TokenEvent.Usage;
import dev.piecewise.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The engine's record of one request: its tokens, where they are and what they wait for. Confined to the engine's thread once it was submitted. */
final class Sequence {
    /** Where a sequence stands; it is preempted when it gave its places back and has yet to get new ones. */
    enum State {
        WAITING,
        RUNNING,
        PREEMPTED,
        ENDED
    }

    private final GenerationRequest request;
    private final LocalGeneration generation;
    private final TokenList tokens;
    private final Draws draws;
    private final String sharing;
    private final int rank;
    private final Clock clock = new Clock();
    private State state = State.WAITING;
    private @Nullable Extent extent;
    private @Nullable Slot slot;
    private @Nullable List<TokenLogprobs> scores;
    private @Nullable Future<?> mask;
    private long age;
    private int overtaken;
    private boolean forgotten;

    /** {@code cancel} is run, on any thread, when the caller closes the generation. */
    Sequence(GenerationRequest request, Consumer<Sequence> cancel) {
        this.request = request;
        generation = new LocalGeneration(() -> cancel.accept(this));
        tokens = new TokenList(request.prompt(), Math.min(request.maxTokens(), 64));
        draws = new Draws(request);
        sharing = sharing(request);
        rank = request.adaptation() instanceof Merged merged ? merged.adapter().rank() : 0;
        scores = request.promptLogprobs() ? new ArrayList<>() : null;
    }

    /** Another tenant could tell by the time that an answer takes what was asked before. */
    private static String sharing(GenerationRequest request) {
        return Tenant.of(request.user()).prefix() + request.adaptation().fingerprint();
    }

    GenerationRequest request() {
        return request;
    }

    LocalGeneration generation() {
        return generation;
    }

    Clock clock() {
        return clock;
    }

    /** Sequences with equal ones may use each other's keys, values and slots: those with the same adapter, for users of one tenant. */
    String sharing() {
        return sharing;
    }

    /** The adapter that needs a slot, null if none does. */
    @Nullable BankImage adapter() {
        return request.adaptation() instanceof Merged merged ? merged.adapter() : null;
    }

    /** The version of a pool that the adapter was merged from; "" for none. */
    String pool() {
        return request.adaptation() instanceof Merged merged ? merged.pool() : "";
    }

    /** Bank columns of the adapter. */
    int rank() {
        return rank;
    }

    State state() {
        return state;
    }

    void state(State state) {
        this.state = state;
    }

    TokenList tokens() {
        return tokens;
    }

    int completionTokens() {
        return tokens.length() - request.prompt().length;
    }

    /** Tokens without keys and values; 1 when it is time for the next token. */
    int pending() {
        return tokens.length() - extent().computed();
    }

    /** Places for its tokens and {@code growth} more, but not beyond its end. */
    int placesWanted(int growth) {
        return (int)
                Math.min((long) tokens.length() + growth, (long) request.prompt().length + request.maxTokens() - 1);
    }

    Extent extent() {
        if (extent == null) {
            throw new IllegalStateException("the sequence has no places");
        }
        return extent;
    }

    void place(@Nullable Extent extent) {
        this.extent = extent;
    }

    @Nullable Slot slot() {
        return slot;
    }

    void slot(@Nullable Slot slot) {
        this.slot = slot;
    }

    /** The order of first admission. */
    long age() {
        return age;
    }

    void age(long age) {
        this.age = age;
    }

    /** How many others took columns of the bank while it waited for some. */
    int overtaken() {
        return overtaken;
    }

    void overtake() {
        overtaken++;
    }

    /** Neither its keys and values nor its adapter are to be kept. */
    boolean forgotten() {
        return forgotten;
    }

    void forget() {
        forgotten = true;
    }

    /** Whether its prompt has yet to be scored, so that all of it must be computed. */
    boolean scoresPrompt() {
        return scores != null;
    }

    /** The next {@code length} tokens as the work of a step; ends with a draw if no token is left after them. */
    Span span(int length) {
        int position = extent().computed();
        int promptLength = request.prompt().length;
        boolean last = position + length == tokens.length();
        return new Span(
                tokens.ids(),
                position,
                length,
                extent().start(),
                position < promptLength ? promptLength : tokens.length(),
                adaptation(),
                slot == null ? -1 : slot.firstColumn(),
                last ? draws.at(completionTokens()) : null,
                scores == null ? 0 : Math.max(0, Math.min(length, promptLength - 1 - position)),
                Math.max(0, request.sampling().logprobs()));
    }

    /** A span of it was computed. */
    void advance(Span span, List<TokenLogprobs> scored) {
        if (scores != null) {
            if (span.position() == 0) {
                scores.clear();
            }
            scores.addAll(scored);
        }
        extent().computed(span.position() + span.length());
    }

    /** What may come next; null if everything may. */
    @Nullable TokenConstraint constraint() {
        return draws.constraint();
    }

    /** Is done when {@link #constraint} can be asked; null if it can be. */
    @Nullable Future<?> mask() {
        return mask;
    }

    void mask(@Nullable Future<?> mask) {
        this.mask = mask;
    }

    /** Whether the request's constraint lets this token come next. */
    boolean allows(int token) {
        return draws.allows(completionTokens(), token);
    }

    /** Whether the request's constraint lets no token come next. */
    boolean isStuck() {
        return draws.isStuck(completionTokens());
    }

    /** Whether the request's constraint lets the text end as it is. */
    boolean mayEnd() {
        return draws.mayEnd();
    }

    /** Whether the request's constraint leaves nothing but the end. */
    boolean mustEnd() {
        return draws.mustEnd();
    }

    /** Whether a token ends the completion instead of becoming part of it. */
    boolean endsWith(int token) {
        return completionTokens() >= request.minTokens() && request.endTokens().contains(token);
    }

    /** The prompt's scores, if asked for, are due before anything else. */
    void tellScores() {
        if (scores != null) {
            generation.put(new PromptScored(List.copyOf(scores)));
            scores = null;
        }
    }

    void append(int token, @Nullable TokenLogprobs logprobs) {
        tokens.add(token);
        draws.chosen(token);
        generation.put(new TokenEvent.Token(token, logprobs));
    }

    Usage usage() {
        return new Usage(request.prompt().length, generation.cachedTokens(), completionTokens());
    }

    private Adaptation adaptation() {
        return request.adaptation();
    }
}
