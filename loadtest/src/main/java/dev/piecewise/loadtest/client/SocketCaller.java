package dev.piecewise.loadtest.client;

import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.dialect.Target;
import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Timeline;
import dev.piecewise.loadtest.workload.Ask;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Asks over WebSockets, one turn at a time on each; a request takes one that is idle, or opens another. To be called by virtual threads: an interrupt wakes those up that read.
 */
public final class SocketCaller implements Caller {
    private static final long NANOS = 1_000_000;
    /** Servers close what is idle for long; a request that is on its way then is lost. */
    private static final long LONGEST_IDLE = 20_000 * NANOS;

    private final Target target;
    private final Bodies bodies;
    private final Clock clock;
    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();

    private record Idle(WebSocketConnection connection, long since) {}

    public SocketCaller(Target target, Bodies bodies, Clock clock) {
        this.target = target;
        this.bodies = bodies;
        this.clock = clock;
    }

    @Override
    public Answer call(Ask ask, long intended) {
        String message = bodies.body(ask).toString();
        Timeline timeline = new Timeline(ask.user(), intended, clock.nanos());
        try {
            WebSocketConnection connection = connection();
            try {
                Answer answer = converse(connection, message, timeline);
                idle.addFirst(new Idle(connection, System.nanoTime()));
                return answer;
            } catch (IOException e) {
                connection.close();
                throw e;
            }
        } catch (IOException e) {
            return timeline.fail(clock.nanos(), why(e, timeline.chunks()));
        }
    }

    /** One that is idle, or a new one. */
    private WebSocketConnection connection() throws IOException {
        Idle found = idle.pollFirst();
        if (found != null && System.nanoTime() - found.since() < LONGEST_IDLE) {
            return found.connection();
        }
        if (found != null) {
            found.connection().close();
        }
        int timeout = Math.clamp(target.timeout().toMillis(), 1, Integer.MAX_VALUE);
        return WebSocketHandshake.open(target.socketUri(), target.key(), timeout);
    }

    private Answer converse(WebSocketConnection connection, String message, Timeline timeline) throws IOException {
        long deadline = System.nanoTime() + target.timeout().toNanos();
        EventReader events = new EventReader(target.api(), timeline);
        connection.send(message);
        while (!timeline.isOver()) {
            connection.timeout((deadline - System.nanoTime()) / NANOS);
            String event = connection.receive();
            events.read(event, clock.nanos());
        }
        return timeline.answer();
    }

    private static Failure why(IOException problem, int chunks) {
        if (Thread.currentThread().isInterrupted()) {
            return Failure.of(Failure.Kind.UNFINISHED, "still running at the end");
        }
        return switch (problem) {
            case WebSocketHandshake.RefusedException refused ->
                Failure.http(refused.status(), String.valueOf(refused.getMessage()));
            case SocketTimeoutException _ -> Failure.of(Failure.Kind.TIMEOUT, "not answered in time");
            default -> HttpFailures.of(problem, chunks);
        };
    }

    @Override
    public void close() {
        idle.forEach(each -> each.connection().close());
        idle.clear();
    }
}
