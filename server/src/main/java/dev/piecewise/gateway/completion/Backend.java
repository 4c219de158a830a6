package dev.piecewise.gateway.completion;

import dev.piecewise.engine.Engine;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.personalization.Served;

/**
 * What completions are made with, whichever endpoint they are asked of.
 *
 * @param writeBytes tokens that wait while the client reads are written together, up to so many bytes
 */
public record Backend(ServedModel model, Engine engine, Personalizer personalizer, Metrics metrics, int writeBytes) {

    /** What answers this user; UNKNOWN_USER or INVALID_REQUEST when nothing does. */
    public Served resolve(Recipient recipient) {
        return personalizer.resolve(recipient.user(), recipient.mode(), recipient.merge());
    }

    /** Submits every choice, or throws what the engine says of the first one that it does not take. */
    public Completion submit(CompletionRequest request, Served served) {
        Completion completion = Completion.submit(request, served, model, engine);
        metrics.asked(served.mode().wire(), request.total(), request.maxTokens());
        return completion;
    }

    /** Counts a completion that came to its end. */
    public void completed(Completion completion) {
        metrics.completed(completion.longestChoice());
    }
}
