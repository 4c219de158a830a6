package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.Backend;
import dev.piecewise.gateway.completion.Completion;
import dev.piecewise.gateway.completion.Page;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.completion.StoredAnswers;
import dev.piecewise.gateway.completion.Usage;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.http.Relay;
import dev.piecewise.gateway.http.Socket;
import dev.piecewise.gateway.http.SocketSession;
import dev.piecewise.personalization.Served;
import dev.piecewise.tenant.Caller;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code /v1/responses}: whole, as server-sent events and over WebSockets. */
public final class Responses {
    private static final String JSON = "application/json";
    /** How long a response may take to end when it is cancelled. */
    private static final long CANCELLING_SECONDS = 10;

    private final Backend backend;
    private final StoredAnswers stored;
    private final RunningResponses running = new RunningResponses();
    private final Background background = new Background(this);

    private final LastResponses last;

    public Responses(Backend backend, StoredAnswers stored) {
        last = new LastResponses(stored);
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
        if (request.isBackground()) {
            background.create(exchange, request, served);
            return;
        }
        try (ClientWatch _ = exchange.watch();
                Completion completion = backend.submit(request.completion(), served)) {
            if (request.completion().output().stream()) {
                stream(exchange.events(), request, served, completion);
            } else {
                ResponseWriter writer = writer(request, served, EventSink.NONE);
                completion.finish();
                writer.writeWhole(completion);
                exchange.answer(200, writer.response());
            }
            backend.completed(completion);
        }
    }

    private void stream(EventStream events, ResponsesRequest request, Served served, Completion completion)
            throws InterruptedException, ClientGoneException {
        ResponseWriter writer = writer(request, served, new ServerSentEvents(events));
        try (RunningResponses.Run run = run(request, writer)) {
            try {
                write(completion, writer, events.relay());
            } catch (InterruptedException e) {
                if (!run.isCancelled()) {
                    throw e;
                }
                writer.cancel();
            }
            run.became(writer.response());
        }
        events.end();
    }

    /** Answers {@code GET /v1/responses/:id}. */
    public void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        OptionalInt after = exchange.queryInteger("starting_after", 0, Integer.MAX_VALUE - 1);
        Optional<RunningResponses.Run> run = running(exchange);
        Optional<Stored> whole = run.isPresent() ? Optional.empty() : Optional.of(find(exchange));
        if (exchange.query("stream").filter("true"::equals).isPresent()) {
            EventLog log = run.flatMap(RunningResponses.Run::log)
                    .or(() -> whole.flatMap(Stored::log))
                    .orElseThrow(() -> ServingException.invalid(
                            "stream", "stream is for responses that were created with background and stream"));
            background.follow(exchange, log, after.orElse(-1) + 1);
        } else if (run.isPresent()) {
            exchange.answer(200, run.get().now());
        } else {
            exchange.answer(200, JSON, whole.orElseThrow().body());
        }
    }

    /** Answers {@code GET /v1/responses/:id/input_items}: what the response's own request said. */
    public void inputItems(Exchange exchange) throws InterruptedException, ClientGoneException {
        Page page = Page.asked(exchange, "desc");
        Optional<RunningResponses.Run> run = running(exchange);
        JsonNode asked = run.isPresent() ? run.get().asked() : find(exchange).asked();
        exchange.answer(
                200,
                page.of(
                        ListedItems.of(exchange.part("id"), asked),
                        item -> item.path("id").asText()));
    }

    /** Answers {@code POST /v1/responses/:id/cancel}: ends one that is streamed. One that has ended already stays as it is. */
    public void cancel(Exchange exchange) throws InterruptedException, ClientGoneException {
        Optional<RunningResponses.Run> run = running.get(exchange.part("id"), exchange.caller());
        if (run.isEmpty()) {
            exchange.answer(200, JSON, find(exchange).body());
            return;
        }
        exchange.answer(200, end(run.get()));
    }

    /** One that is made in the background now. */
    private Optional<RunningResponses.Run> running(Exchange exchange) {
        return running.get(exchange.part("id"), exchange.caller()).filter(RunningResponses.Run::isBackground);
    }

    /** Cancels a response and waits until it has ended; what it has become. */
    private static ObjectNode end(RunningResponses.Run run) throws InterruptedException {
        run.cancel();
        try {
            return run.end().get(CANCELLING_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | CancellationException | TimeoutException e) {
            throw new ServingException(ErrorCode.CONFLICT, "the response's own client left before it ended", "id");
        }
    }

    /** Answers {@code POST /v1/responses/input_tokens}: what a request would take, without making a response. */
    public void inputTokens(Exchange exchange) throws InterruptedException, ClientGoneException {
        Fields fields = exchange.json();
        ResponsesRequest request = ResponsesRequest.parse(
                fields, backend, exchange.caller(), earlier(fields, exchange.caller(), Optional.empty()));
        exchange.answer(200, new InputTokens("response.input_tokens", request.inputTokens()));
    }

    private record InputTokens(String object, int inputTokens) {}

    /** The answer to {@code POST /v1/responses/compact}, which takes a model that reads its own encrypted summaries. */
    public static ServingException notCompacted() {
        return new ServingException(
                ErrorCode.INVALID_REQUEST,
                "compacting is not supported: send less of the conversation, or continue it with previous_response_id");
    }

    /** Answers {@code DELETE /v1/responses/:id}; one that is made in the background is ended. */
    public void delete(Exchange exchange) throws InterruptedException, ClientGoneException {
        String id = exchange.part("id");
        Optional<RunningResponses.Run> run = running(exchange);
        if (run.isPresent()) {
            end(run.get());
        }
        if (!stored.remove(id, exchange.caller(), Stored.class)) {
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

    LastResponses last() {
        return last;
    }

    ResponseWriter writer(ResponsesRequest request, Served served, Optional<EventLog> log) {
        return writer(request, served, log.isPresent() ? log.get() : EventSink.NONE);
    }

    ResponseWriter writer(ResponsesRequest request, Served served, EventSink sink) {
        boolean explain = request.completion().recipient().explain();
        ServedModel model = backend.model().called(request.fields());
        return new ResponseWriter(request, ServedBy.of(served, explain), model, sink, whole -> kept(request, whole));
    }

    /** The response is being made by the current thread. */
    RunningResponses.Run run(ResponsesRequest request, ResponseWriter writer) {
        RunningResponses.Run run =
                running.begin(writer, request.completion().recipient().caller());
        if (run.isBackground() && stored.isForgotten(writer.user(), writer.begun())) {
            run.forget();
        }
        return run;
    }

    /** Forgets every stored answer that was made for this user, and those that are made in the background; how many these were. No WebSocket can continue one either. */
    public int forget(String user) {
        int count = stored.forget(user) + running.forget(user);
        last.forget(user);
        return count;
    }

    /** Writes a response to its end; a failure after its beginning is the response's own. */
    void write(Completion completion, ResponseWriter writer, Relay relay)
            throws InterruptedException, ClientGoneException {
        writer.begin();
        try {
            writer.write(completion, backend.writeBytes(), relay);
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
        writer.settle();
    }

    /** The response that a request continues: the connection's last one, or one that is stored. */
    Optional<Stored> earlier(Fields fields, Caller caller, Optional<Stored> last) {
        Optional<String> id = fields.text("previous_response_id");
        if (id.isEmpty()) {
            return Optional.empty();
        }
        String user = caller.user(fields.text("user").orElse(""));
        return Optional.of(last.filter(one -> one.id().equals(id.get()))
                .or(() -> stored.get(id.get(), caller, Stored.class))
                .filter(one -> one.user().equals(user) && !stored.isForgotten(one.user(), one.begun()))
                .orElseThrow(() -> new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "previous_response_id names no response of this user that is kept",
                        "previous_response_id")));
    }

    /** Keeps a response where its request says so. */
    void kept(ResponsesRequest request, ResponseWriter writer) {
        if (request.stores()) {
            stored.put(writer.stored());
        }
    }

    private Stored find(Exchange exchange) {
        return stored.get(exchange.part("id"), exchange.caller(), Stored.class).orElseThrow(Responses::unknown);
    }

    static Fields fields(String message) {
        return Json.object(message.getBytes(StandardCharsets.UTF_8));
    }

    private static ServingException unknown() {
        return new ServingException(
                ErrorCode.NOT_FOUND, "there is no response of this id, or it is kept no longer", "id");
    }
}
