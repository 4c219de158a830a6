package dev.piecewise.gateway.completion;

import dev.piecewise.engine.Engine;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.Endpoint;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.personalization.Served;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.UUID;

/** {@code POST /v1/completions}, whole and streamed. */
public final class Completions implements Endpoint {
    private static final String OBJECT = "text_completion";

    private final ServedModel model;
    private final Engine engine;
    private final Personalizer personalizer;
    private final Metrics metrics;
    private final int writeBytes;

    /** Tokens that wait while the client reads are written together, up to {@code writeBytes}. */
    public Completions(ServedModel model, Engine engine, Personalizer personalizer, Metrics metrics, int writeBytes) {
        this.model = model;
        this.engine = engine;
        this.personalizer = personalizer;
        this.metrics = metrics;
        this.writeBytes = writeBytes;
    }

    @Override
    public void answer(Exchange exchange) throws InterruptedException, ClientGoneException {
        CompletionRequest request = CompletionRequest.parse(exchange.json(), model);
        Recipient recipient = request.recipient();
        Served served = personalizer.resolve(recipient.user(), recipient.mode(), recipient.merge());
        exchange.with("X-Piecewise-Adapter", served.header());
        try (ClientWatch _ = exchange.watch();
                Completion completion = Completion.submit(request, served, model, engine)) {
            metrics.asked(served.mode().wire(), request.total(), request.maxTokens());
            if (request.output().stream()) {
                stream(completion, chunks(request, served), exchange.events());
            } else {
                exchange.answer(200, whole(completion, ServedBy.of(served, recipient.explain())));
            }
            metrics.completed(completion.longestChoice());
        }
    }

    private CompletionBody whole(Completion completion, ServedBy servedBy) throws InterruptedException {
        while (!completion.isFinished()) {
            completion.advance();
        }
        Chunks.Head head = head();
        return new CompletionBody(
                head.id(),
                head.object(),
                head.created(),
                head.model(),
                head.systemFingerprint(),
                CompletionBody.entries(completion.choices()),
                completion.usage(),
                servedBy);
    }

    private void stream(Completion completion, Chunks chunks, EventStream events)
            throws InterruptedException, ClientGoneException {
        while (!completion.isFinished()) {
            Buffer out = Buffer.buffer();
            write(completion, completion.advance(), chunks, out);
            while (!completion.isFinished() && out.length() < writeBytes) {
                OptionalInt more = completion.advanceNow();
                if (more.isEmpty()) {
                    break;
                }
                write(completion, more.getAsInt(), chunks, out);
            }
            if (completion.isFinished()) {
                chunks.end(out, completion.usage());
            }
            if (out.length() > 0) {
                events.write(out);
            }
        }
        events.end();
    }

    /** Events that give no text, such as half a character, wait for the next one. */
    private static void write(Completion completion, int index, Chunks chunks, Buffer out) {
        Choice choice = completion.choices().get(index);
        if (choice.hasPart()) {
            chunks.choice(out, index, choice.part());
        }
    }

    private Chunks chunks(CompletionRequest request, Served served) {
        return new Chunks(
                head(),
                ServedBy.of(served, request.recipient().explain()),
                request.output().usage());
    }

    private Chunks.Head head() {
        return new Chunks.Head(
                "cmpl-" + UUID.randomUUID().toString().replace("-", ""),
                OBJECT,
                Instant.now().getEpochSecond(),
                model.name(),
                model.systemFingerprint());
    }
}
