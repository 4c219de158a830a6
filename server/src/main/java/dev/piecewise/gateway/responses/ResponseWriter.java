package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.chat.Answer;
import dev.piecewise.gateway.chat.ChatLogprobs;
import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.completion.Head;
import dev.piecewise.gateway.completion.Moment;
import dev.piecewise.gateway.completion.PartWriter;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.completion.Usage;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ErrorBody;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.responses.ResponseBody.Spent;
import dev.piecewise.gateway.responses.ResponseBody.State;
import dev.piecewise.gateway.tools.Said;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes one response while it is made, as events; at its end the whole is there, too. */
final class ResponseWriter implements PartWriter {
    private final String id = Head.newId("resp_");
    private final EventSink sink;
    private final ServedModel model;
    private final ResponsesRequest request;
    private final ResponseBody body;
    private final OutputItems items;
    private final Answer answer;
    private final List<ChatLogprobs.Entry> scores = new ArrayList<>();
    private final Consumer<ResponseWriter> whenWhole;
    private volatile ObjectNode response;
    private boolean queued;
    private boolean cut;

    /** {@code whenWhole} is told before the client is. */
    ResponseWriter(
            ResponsesRequest request,
            ServedBy servedBy,
            ServedModel model,
            EventSink sink,
            Consumer<ResponseWriter> whenWhole) {
        this.whenWhole = whenWhole;
        this.sink = sink;
        this.model = model;
        this.request = request;
        body = new ResponseBody(id, Instant.now().getEpochSecond(), model.name(), request, servedBy);
        items = new OutputItems(sink);
        answer = new Answer(request.tools(), model.callFormat(), request.thinking(), true);
        queued = request.isBackground();
        response = body.render(queued ? State.QUEUED : State.BEGUN);
    }

    boolean isBackground() {
        return request.isBackground();
    }

    /** The events, where they are kept for later. */
    Optional<EventLog> log() {
        return sink instanceof EventLog log ? Optional.of(log) : Optional.empty();
    }

    String id() {
        return id;
    }

    /** When its request came. */
    Moment begun() {
        return request.completion().recipient().begun();
    }

    /** The key of whom it is made for. */
    String user() {
        return request.completion().recipient().user();
    }

    /** Says that the request is taken. */
    void begin() throws InterruptedException, ClientGoneException {
        items.response("response.created", response);
        items.response(queued ? "response.queued" : "response.in_progress", response);
        flush();
        settle();
    }

    /** The engine has begun with what waited in the background. */
    private void leaveQueue() {
        if (queued) {
            queued = false;
            response = body.render(State.BEGUN);
            items.response("response.in_progress", response);
        }
    }

    @Override
    public void part(int index, Choice.Part part) {
        leaveQueue();
        var scored = part.scores();
        if (scored != null) {
            scores.addAll(ChatLogprobs.entries(scored, model.tokenizer()));
        }
        for (Said said : answer.add(part)) {
            switch (said) {
                case Said.Text(String text) -> text(text);
                case Said.Thought(String text) -> thought(text);
                case Said.Call(var call) -> items.call(model.callFormat().newId(Head.newId("")), call);
            }
        }
        cut |= "length".equals(part.finishReason());
    }

    private void text(String text) {
        items.text(text, List.copyOf(scores));
        scores.clear();
    }

    private void thought(String text) {
        items.thought(text);
        scores.clear();
    }

    @Override
    public void end(Usage total) {
        leaveQueue();
        items.end(cut ? "incomplete" : "completed");
        Spent spent = new Spent(total, thoughtTokens());
        State state = cut
                ? new State("incomplete", items.items(), spent, "max_output_tokens", null)
                : new State("completed", items.items(), spent, null, null);
        response = body.render(state);
        whenWhole.accept(this);
        items.response("response." + state.status(), response);
    }

    private int thoughtTokens() {
        String thoughts = items.thoughts();
        return thoughts.isEmpty() ? 0 : model.tokenizer().encode(thoughts, false).length;
    }

    /** Ends a response that was cancelled. */
    void cancel() throws InterruptedException, ClientGoneException {
        items.end("incomplete");
        response = body.render(new State("cancelled", items.items(), null, null, null));
        whenWhole.accept(this);
        items.response("response.incomplete", response);
        flush();
        settle();
    }

    /** Ends a response that went wrong. */
    void fail(ServingException cause) throws InterruptedException, ClientGoneException {
        ErrorBody.Detail error = ErrorBody.of(cause).error();
        ErrorBody.Detail known = new ErrorBody.Detail(error.message(), error.type(), error.param(), "server_error");
        response = body.render(new State("failed", items.items(), null, null, known));
        whenWhole.accept(this);
        items.response("response.failed", response);
        flush();
        settle();
    }

    /** The response in the state that it has come to. */
    ObjectNode response() {
        return response;
    }

    /** The request's input, as it came. */
    JsonNode asked() {
        return request.fields().value("input").orElseThrow();
    }

    /** What the next turn may continue. */
    Stored stored() {
        List<Map<String, @Nullable Object>> messages = new ArrayList<>(request.messages());
        if (request.generates()) {
            messages.add(items.message());
        }
        return new Stored(id, begun(), user(), List.copyOf(messages), Json.bytes(asked()), Json.bytes(response), log());
    }

    @Override
    public int pending() {
        return sink.pending();
    }

    @Override
    public void flush() {
        sink.flush();
    }

    /** Waits until the client's connection has taken what was written. */
    void settle() throws InterruptedException, ClientGoneException {
        sink.settle();
    }
}
