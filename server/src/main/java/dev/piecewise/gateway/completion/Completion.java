package dev.piecewise.gateway.completion;

import dev.piecewise.engine.Engine;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.personalization.Served;
import dev.piecewise.telemetry.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The choices of one request while they are generated, prompt by prompt. Closing it cancels what still runs. Confined to one thread at a time. */
public final class Completion implements AutoCloseable {
    private final CompletionRequest request;
    private final List<Choice> choices = new ArrayList<>();
    private final Generations generations = new Generations();
    private final Trace trace;
    private final long submitted = System.nanoTime();
    private long firstToken;
    private int open;
    private boolean charged;

    private Completion(CompletionRequest request, Trace trace) {
        this.trace = trace;
        this.request = request;
    }

    /** Submits every choice, or throws what the engine says of the first one that it does not take. */
    static Completion submit(CompletionRequest request, Served served, ServedModel model, Engine engine, Trace trace) {
        Completion completion = new Completion(request, trace);
        try {
            Optional<TokenConstraint> constraint = request.decoding().grammar().map(model.grammars()::constraint);
            for (Prompt prompt : request.prompts()) {
                Prompt.Encoded encoded = prompt.encode(model.tokenizer(), engine.maxLength(), request);
                for (int i = 0; i < request.choices(); i++) {
                    completion.generations.add(engine.submit(
                            generation(request, encoded, i, served, model).constrained(constraint.orElse(null))));
                    completion.choices.add(new Choice(encoded, request, model.tokenizer()));
                    completion.open++;
                }
            }
            return completion;
        } catch (RuntimeException refused) {
            completion.close();
            throw refused;
        }
    }

    private static GenerationRequest generation(
            CompletionRequest request, Prompt.Encoded prompt, int choice, Served served, ServedModel model) {
        Decoding decoding = request.decoding();
        return new GenerationRequest(
                        request.recipient().user(),
                        prompt.ids(),
                        Math.max(1, request.maxTokens()),
                        decoding.minTokens(),
                        decoding.ends(model.endTokens()),
                        decoding.sampling(choice),
                        request.scoresPrompt(),
                        served.adaptation())
                .begunAt(request.recipient().begun().nanos());
    }

    public boolean isFinished() {
        return open == 0;
    }

    /** Waits until every choice has ended. */
    public void finish() throws InterruptedException {
        while (!isFinished()) {
            advance();
        }
    }

    public List<Choice> choices() {
        return choices;
    }

    /** Waits for the next event of any choice and takes it; which choice it was of. Throws the failure of any, which ends all. */
    public int advance() throws InterruptedException {
        return take(generations.next());
    }

    /** As {@link #advance}, if an event is there already. */
    public OptionalInt advanceNow() {
        Optional<Generations.Step> step = generations.poll();
        return step.isEmpty() ? OptionalInt.empty() : OptionalInt.of(take(step.get()));
    }

    /** Calls {@code ready} from now on when {@link #advanceNow} may have something to take; on the engine's thread. */
    public void whenReady(Runnable ready) {
        generations.whenReady(ready);
    }

    private int take(Generations.Step step) {
        Choice choice = choices.get(step.number());
        boolean ended = choice.isFinished();
        if (firstToken == 0 && step.event() instanceof TokenEvent.Token) {
            firstToken = System.nanoTime();
        }
        choice.take(step.event());
        if (!ended && choice.isFinished()) {
            open--;
            if (open == 0) {
                charge();
            }
            if (choice.isStopped()) {
                generations.stop(step.number());
            }
        }
        return step.number();
    }

    public Usage usage() {
        int prompt = 0;
        int cached = 0;
        for (int first = 0; first < choices.size(); first += request.choices()) {
            prompt += choices.get(first).promptTokens();
            cached += generations.cachedTokens(first);
        }
        return Usage.of(prompt, cached, completionTokens());
    }

    private int completionTokens() {
        return choices.stream().mapToInt(Choice::completionTokens).sum();
    }

    int longestChoice() {
        return choices.stream().mapToInt(Choice::completionTokens).max().orElse(0);
    }

    @Override
    public void close() {
        generations.close();
        charge();
    }

    private void tell() {
        trace.ran(new Trace.Ran(submitted, generations.admittedNanos(), firstToken, System.nanoTime()));
        Usage usage = usage();
        trace.used(
                usage.promptTokens(),
                usage.promptTokensDetails().cachedTokens(),
                usage.completionTokens(),
                choices.stream()
                        .map(Choice::finishReason)
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** Once, and before the last token is told: whoever has the whole answer has paid for it. */
    private void charge() {
        if (!charged) {
            charged = true;
            if (trace.isOn()) {
                tell();
            }
            request.recipient().caller().allowance().spend(completionTokens());
        }
    }
}
