package dev.piecewise.gateway.responses;

import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.Completion;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ErrorBody;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.http.Socket;
import dev.piecewise.gateway.http.SocketSession;
import dev.piecewise.personalization.Served;
import dev.piecewise.telemetry.Trace;
import dev.piecewise.telemetry.Traces;
import dev.piecewise.tenant.Caller;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket on {@code /v1/responses}: the client sends {@code response.create} with the fields of a request, and gets a response's events. A turn may continue
 * the connection's last response by its id even where that is not stored. {@code response.cancel}, perhaps with a {@code response_id}, ends the turn that runs.
 */
final class ResponsesSession implements SocketSession {
    private static final String CANCEL = "response.cancel";

    private final Responses responses;
    private final Socket socket;
    /** The id of the response that is being made. */
    private volatile String running = "";

    ResponsesSession(Responses responses, Socket socket) {
        this.responses = responses;
        this.socket = socket;
    }

    /** An error as an event: OpenAI's clients read either the fields or the object. */
    private record ErrorEvent(
            String type,
            int status,
            ErrorBody.Detail error,
            @Nullable String code,
            String message,
            @Nullable String param,
            int sequenceNumber) {}

    @Override
    public void message(String text) throws InterruptedException, ClientGoneException {
        Fields fields = Responses.fields(text);
        String type = fields.requiredText("type");
        switch (type) {
            case "response.create" -> {
                Traces traces = responses.backend().metrics().traces();
                try (Trace _ = traces.begin("GET", "/v1/responses", this::header)) {
                    create(fields);
                }
            }
            // It came too late: the response is complete.
            case CANCEL -> {}
            default -> throw ServingException.invalid("type", "type must be response.create or response.cancel");
        }
    }

    @Override
    public void refuse(ServingException refused) throws InterruptedException, ClientGoneException {
        ErrorBody.Detail error = ErrorBody.of(refused).error();
        boolean unknown = "previous_response_id".equals(error.param());
        String code = unknown ? "previous_response_not_found" : error.code();
        socket.post(List.of(Json.text(new ErrorEvent(
                "error",
                refused.code().status(),
                new ErrorBody.Detail(error.message(), error.type(), error.param(), code),
                code,
                error.message(),
                error.param(),
                0))));
        socket.settle();
    }

    @Override
    public boolean cancels(String text) {
        try {
            Fields fields = Responses.fields(text);
            return fields.text("type").equals(Optional.of(CANCEL))
                    && fields.text("response_id").map(id -> id.equals(running)).orElse(true);
        } catch (ServingException noMessage) {
            return false;
        }
    }

    /** As it was when the connection was opened. */
    private @Nullable String header(String name) {
        return socket.asked(name, name).orElse(null);
    }

    private void create(Fields fields) throws InterruptedException, ClientGoneException {
        if (fields.flag("background")) {
            throw ServingException.invalid("background", "background is for responses over HTTP");
        }
        Caller caller = socket.caller();
        ResponsesRequest request = ResponsesRequest.parse(
                fields,
                responses.backend(),
                caller,
                responses.earlier(fields, caller, responses.last().of(this)));
        Served served = responses.backend().resolve(request.completion().recipient());
        ResponseWriter writer = responses.writer(request, served, new SocketEvents(socket));
        running = writer.id();
        if (!request.generates()) {
            responses.writeNothing(request, writer);
        } else {
            try (Completion completion = responses.backend().submit(request.completion(), served);
                    RunningResponses.Run run = responses.run(request, writer)) {
                boolean written = isWritten(completion, writer);
                run.became(writer.response());
                if (!written) {
                    return;
                }
                responses.backend().completed(completion);
            }
        }
        responses.last().put(this, writer.stored());
    }

    /** Whether the response came to its own end, and was not cancelled. */
    private boolean isWritten(Completion completion, ResponseWriter writer)
            throws InterruptedException, ClientGoneException {
        try {
            responses.write(completion, writer, socket.relay());
            return true;
        } catch (InterruptedException e) {
            if (!socket.isOpen()) {
                throw e;
            }
            writer.cancel();
            return false;
        }
    }
}
