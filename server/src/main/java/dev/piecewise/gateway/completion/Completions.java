package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.Endpoint;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.personalization.Served;

/** {@code POST /v1/completions}, whole and streamed. */
public final class Completions implements Endpoint {
    private final Backend backend;

    public Completions(Backend backend) {
        this.backend = backend;
    }

    @Override
    public void answer(Exchange exchange) throws InterruptedException, ClientGoneException {
        Fields fields = exchange.json();
        ServedModel model = backend.model().called(fields);
        Backend.Asked asked = backend.ask(CompletionRequest.parse(fields, model, exchange.caller()));
        CompletionRequest request = asked.request();
        Served served = asked.served();
        exchange.with("X-Piecewise-Adapter", served.header());
        ServedBy servedBy = ServedBy.of(served, request.recipient().explain());
        try (ClientWatch _ = exchange.watch();
                Completion completion = backend.submit(request, served)) {
            if (request.output().stream()) {
                EventStream events = exchange.events();
                new Chunks(head(model), servedBy, request.output().usage(), model.tokenizer(), events::write)
                        .write(completion, backend.writeBytes(), events.relay());
                events.end();
            } else {
                exchange.answer(200, whole(completion, servedBy, model));
            }
            backend.completed(completion);
        }
    }

    private static CompletionBody whole(Completion completion, ServedBy servedBy, ServedModel model)
            throws InterruptedException {
        completion.finish();
        Head head = head(model);
        return new CompletionBody(
                head.id(),
                head.object(),
                head.created(),
                head.model(),
                head.systemFingerprint(),
                CompletionBody.entries(completion.choices(), model.tokenizer()),
                completion.usage(),
                servedBy);
    }

    private static Head head(ServedModel model) {
        return Head.of("cmpl-", "text_completion", model);
    }
}
