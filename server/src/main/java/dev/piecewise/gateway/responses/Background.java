package dev.piecewise.gateway.responses;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.Completion;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.personalization.Served;
import dev.piecewise.telemetry.Trace;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes responses whether their clients wait or not: a client is told at once that its response is taken, and asks for it by its id, or for its events from any of them on. */
final class Background {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);

    private final Responses responses;

    Background(Responses responses) {
        this.responses = responses;
    }

    /** Begins a response and answers with it as it is now, or with its events where they were asked for. */
    void create(Exchange exchange, ResponsesRequest request, Served served)
            throws InterruptedException, ClientGoneException {
        Optional<EventLog> log =
                request.completion().output().stream() ? Optional.of(new EventLog()) : Optional.empty();
        ResponseWriter writer = responses.writer(request, served, log);
        Trace trace = Trace.current().part("background");
        Completion completion = submit(request, served, trace);
        RunningResponses.Run run = begun(
                exchange::goOn,
                () -> responses.run(request, writer),
                running -> make(completion, writer, running),
                () -> {
                    completion.close();
                    trace.close();
                });
        if (log.isPresent()) {
            follow(exchange, log.get(), 0);
        } else {
            exchange.answer(200, run.now());
        }
    }

    private Completion submit(ResponsesRequest request, Served served, Trace trace) {
        try {
            return responses.backend().submit(request.completion(), served, trace);
        } catch (RuntimeException refused) {
            trace.close();
            throw refused;
        }
    }

    /** Answers with the events from this number on, until the response has ended or the client has left. */
    void follow(Exchange exchange, EventLog log, int first) throws InterruptedException, ClientGoneException {
        EventStream events = exchange.events();
        try (ClientWatch _ = exchange.watch();
                EventLog.Reader reader = log.read(
                        first, new ServerSentEvents(events), responses.backend().writeBytes())) {
            events.relay().run(reader);
            events.end();
        }
    }

    /**
     * What {@code begin} gives, on the thread that then goes on to make something of it. When that has ended, or nothing came of it, {@code close} is run; what keeps
     * it from beginning is thrown here.
     */
    static <T> T begun(Consumer<Runnable> goOn, Supplier<T> begin, Consumer<T> make, Runnable close) {
        CompletableFuture<T> begun = new CompletableFuture<>();
        try {
            goOn.accept(() -> {
                try {
                    T given = begin.get();
                    begun.complete(given);
                    make.accept(given);
                } catch (RuntimeException | Error fault) {
                    if (!begun.completeExceptionally(fault)) {
                        throw fault;
                    }
                } finally {
                    close.run();
                }
            });
        } catch (RuntimeException | Error notStarted) {
            close.run();
            throw notStarted;
        }
        return begun.join();
    }

    private void make(Completion completion, ResponseWriter writer, RunningResponses.Run running) {
        try (RunningResponses.Run run = running) {
            try {
                write(completion, writer);
            } catch (ServingException failure) {
                writer.fail(failure);
            } catch (RuntimeException | Error fault) {
                LOG.atError().setCause(fault).log("a response in the background failed");
                writer.fail(new ServingException(ErrorCode.INTERNAL, "the server failed; its log has more"));
            }
            writer.log().ifPresent(EventLog::complete);
            run.became(writer.response());
        } catch (InterruptedException | ClientGoneException nobody) {
            throw new IllegalStateException("nobody waits for an event that is kept", nobody);
        }
    }

    private void write(Completion completion, ResponseWriter writer) throws InterruptedException, ClientGoneException {
        writer.begin();
        try {
            writer.writeAll(completion);
            responses.backend().completed(completion);
        } catch (InterruptedException cancelled) {
            writer.cancel();
        }
    }
}
