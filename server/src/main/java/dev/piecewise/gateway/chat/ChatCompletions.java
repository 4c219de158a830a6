package dev.piecewise.gateway.chat;

import dev.piecewise.gateway.completion.Backend;
import dev.piecewise.gateway.completion.Completion;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.Endpoint;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.personalization.Served;

/** {@code POST /v1/chat/completions}, whole and streamed. */
public final class ChatCompletions implements Endpoint {
    private final Backend backend;

    public ChatCompletions(Backend backend) {
        this.backend = backend;
    }

    @Override
    public void answer(Exchange exchange) throws InterruptedException, ClientGoneException {
        Fields fields = exchange.json();
        ChatRequest request = ChatRequest.parse(fields, backend, exchange.caller());
        ServedModel model = backend.model().called(fields);
        Served served = backend.resolve(request.completion().recipient());
        exchange.with("X-Piecewise-Adapter", served.header());
        ServedBy servedBy = ServedBy.of(served, request.completion().recipient().explain());
        try (ClientWatch _ = exchange.watch();
                Completion completion = backend.submit(request.completion(), served)) {
            if (request.completion().output().stream()) {
                EventStream events = exchange.events();
                new ChatChunks(servedBy, request, model, events).write(completion, backend.writeBytes());
                events.end();
            } else {
                completion.finish();
                exchange.answer(200, ChatBody.of(completion, request, model, servedBy));
            }
            backend.completed(completion);
        }
    }
}
