package dev.piecewise.gateway.responses;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.Backend;
import dev.piecewise.gateway.completion.Completion;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.completion.Usage;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.http.Socket;
import dev.piecewise.gateway.http.SocketSession;
import dev.piecewise.personalization.Served;
import dev.piecewise.tenant.Caller;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/responses}: whole, as server-sent events and over WebSockets. */
public final class Responses {
    private final Backend backend;
    private final StoredResponses stored;

    public Responses(Backend backend, StoredResponses stored) {
        this.backend = backend;
        this.stored = stored;
    }

    /** Answers {@code POST /v1/responses}. */
    public void create(Exchange exchange) throws InterruptedException, ClientGoneException {
        Fields fields = exchange.json();
        ResponsesRequest request = ResponsesRequest.parse(
                fields, backend, exchange.caller(), earlier(fields, exchange.caller(), Optional.empty()));
        Served served = backend.resolve(request.completion().recipient());
        exchange.with("X-Piecewise-Adapter", served.header());
        try (ClientWatch _ = exchange.watch();
                Completion completion = backend.submit(request.completion(), served)) {
            if (request.completion().output().stream()) {
                EventStream events = exchange.events();
                ResponseWriter writer = writer(request, served, new ServerSentEvents(events));
                write(completion, writer);
                kept(request, writer);
                events.end();
            } else {
                ResponseWriter writer = writer(request, served, EventSink.NONE);
                writer.write(completion, backend.writeBytes());
                kept(request, writer);
                exchange.answer(200, writer.response());
            }
            backend.completed(completion);
        }
    }

    /** Answers {@code GET /v1/responses/:id}. */
    public void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        Stored found = stored.get(exchange.part("id"), exchange.caller()).orElseThrow(Responses::unknown);
        exchange.answer(200, "application/json", found.body());
    }

    /** Answers {@code DELETE /v1/responses/:id}. */
    public void delete(Exchange exchange) throws InterruptedException, ClientGoneException {
        String id = exchange.part("id");
        if (!stored.remove(id, exchange.caller())) {
            throw unknown();
        }
        exchange.answer(200, Map.of("id", id, "object", "response", "deleted", true));
    }

    /** A WebSocket was opened; its user's adapter is made ready at once. */
    public SocketSession open(Socket socket) {
        socket.asked("user", "X-Piecewise-User")
                .filter(user -> !user.isEmpty())
                .map(socket.caller()::user)
                .ifPresent(backend.personalizer()::prefetch);
        return new ResponsesSession(this, socket);
    }

    Backend backend() {
        return backend;
    }

    ResponseWriter writer(ResponsesRequest request, Served served, EventSink sink) {
        boolean explain = request.completion().recipient().explain();
        ServedModel model = backend.model().called(request.fields());
        return new ResponseWriter(request, ServedBy.of(served, explain), model, sink);
    }

    /** Writes a response to its end; a failure after its beginning is the response's own. */
    void write(Completion completion, ResponseWriter writer) throws InterruptedException, ClientGoneException {
        writer.begin();
        try {
            writer.write(completion, backend.writeBytes());
        } catch (ServingException failure) {
            writer.fail(failure);
        }
    }

    /** Writes the response of a request that generates nothing. */
    void writeNothing(ResponsesRequest request, ResponseWriter writer)
            throws InterruptedException, ClientGoneException {
        writer.begin();
        writer.end(Usage.of(0, 0, 0));
        writer.flush();
    }

    /** The response that a request continues: the connection's last one, or one that is stored. */
    Optional<Stored> earlier(Fields fields, Caller caller, Optional<Stored> last) {
        Optional<String> id = fields.text("previous_response_id");
        if (id.isEmpty()) {
            return Optional.empty();
        }
        String user = caller.user(fields.text("user").orElse(""));
        return Optional.of(last.filter(one -> one.id().equals(id.get()))
                .or(() -> stored.get(id.get(), caller))
                .filter(one -> one.user().equals(user) && !stored.isForgotten(one))
                .orElseThrow(() -> new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "previous_response_id names no response of this user that is kept",
                        "previous_response_id")));
    }

    /** Keeps a response for a connection's next turn, and for everybody where its request says so. */
    Stored kept(ResponsesRequest request, ResponseWriter writer) {
        Stored one = writer.stored();
        if (request.stores()) {
            stored.put(one);
        }
        return one;
    }

    static Fields fields(String message) {
        return Json.object(message.getBytes(StandardCharsets.UTF_8));
    }

    private static ServingException unknown() {
        return new ServingException(
                ErrorCode.NOT_FOUND, "there is no response of this id, or it is kept no longer", "id");
    }
}
