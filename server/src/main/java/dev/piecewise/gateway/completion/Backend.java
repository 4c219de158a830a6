package dev.piecewise.gateway.completion;

import dev.piecewise.engine.Engine;
import dev.piecewise.engine.Sampling;
import dev.piecewise.error.ServingException;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.personalization.Served;
import dev.piecewise.retrieval.Preamble;
import dev.piecewise.telemetry.Trace;
import java.util.ArrayList;
import java.util.List;

/**
 * What completions are made with, whichever endpoint they are asked of.
 *
 * @param writeBytes tokens that wait while the client reads are written together, up to so many bytes
 */
public record Backend(ServedModel model, Engine engine, Personalizer personalizer, Metrics metrics, int writeBytes) {

    /** What answers this user; UNKNOWN_USER or INVALID_REQUEST when nothing does. Not for modes that put something before the prompt. */
    public Served resolve(Recipient recipient) {
        if (recipient.mode().retrieves()) {
            throw ServingException.invalid(
                    "piecewise.mode",
                    "mode %s is for completions of text: /v1/completions"
                            .formatted(recipient.mode().wire()));
        }
        return found(recipient);
    }

    private Served found(Recipient recipient) {
        return Trace.current()
                .child("plan", () -> personalizer.resolve(recipient.user(), recipient.mode(), recipient.merge()));
    }

    /** A request with whatever its mode puts before the prompts, and what answers it. */
    record Asked(CompletionRequest request, Served served) {}

    /** As {@link #resolve}, for any mode. */
    Asked ask(CompletionRequest request) {
        Recipient recipient = request.recipient();
        if (!recipient.mode().retrieves()) {
            return new Asked(request, resolve(recipient));
        }
        Served served = found(recipient);
        int room = Math.max(1, engine.maxLength() - request.maxTokens());
        List<Prompt> prompts = new ArrayList<>();
        int items = 0;
        for (Prompt prompt : request.prompts()) {
            Preamble.Packed packed = packed(recipient.user(), prompt, room);
            prompts.add(new Prompt.Text("prompt", packed.prompt()));
            items = Math.max(items, packed.documents().size());
        }
        return new Asked(request.with(prompts), served.withItems(items));
    }

    private Preamble.Packed packed(String user, Prompt prompt, int room) {
        return switch (prompt) {
            case Prompt.Text(String _, String text) ->
                Preamble.DEFAULT.pack(
                        personalizer.recall(user, text),
                        text,
                        room,
                        whole -> model.tokenizer().encode(whole, true).length);
            case Prompt.Tokens _ ->
                throw ServingException.invalid(
                        "prompt", "prompt is a list of token ids; modes that retrieve need it as text");
        };
    }

    /** Submits every choice, or throws what the engine says of the first one that it does not take. */
    public Completion submit(CompletionRequest request, Served served) {
        return submit(request, served, Trace.current());
    }

    /** As {@link #submit(CompletionRequest, Served)}; {@code trace} is told of it. */
    public Completion submit(CompletionRequest request, Served served, Trace trace) {
        tell(request, served, trace);
        Completion completion = Completion.submit(request, served, model, engine, trace);
        request.recipient().caller().allowance().spend(completion.usage().promptTokens());
        metrics.asked(served.mode().wire(), request.total(), request.maxTokens());
        return completion;
    }

    private void tell(CompletionRequest request, Served served, Trace trace) {
        if (trace.isOn()) {
            Sampling sampling = request.decoding().sampling(0);
            trace.asked(new Trace.Asked(
                    model.name(), request.maxTokens(), sampling.temperature(), sampling.topP(), request.total()));
            trace.served(model.name(), served.mode().wire(), served.pool());
        }
    }

    /** Counts a completion that came to its end. */
    public void completed(Completion completion) {
        metrics.completed(completion.longestChoice());
    }
}
