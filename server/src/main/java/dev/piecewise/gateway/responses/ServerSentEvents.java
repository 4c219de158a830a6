package dev.piecewise.gateway.responses;

import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.EventStream;
import io.vertx.core.buffer.Buffer;

/** Events as server-sent events. */
final class ServerSentEvents implements EventSink {
    private final EventStream stream;
    private final StringBuilder waiting = new StringBuilder();

    ServerSentEvents(EventStream stream) {
        this.stream = stream;
    }

    @Override
    public void add(String type, CharSequence json) {
        waiting.append("event: ").append(type).append("\ndata: ").append(json).append("\n\n");
    }

    @Override
    public int pending() {
        return waiting.length();
    }

    @Override
    public void flush() {
        Buffer events = Buffer.buffer(waiting.toString());
        waiting.setLength(0);
        stream.write(events);
    }

    @Override
    public void settle() throws InterruptedException, ClientGoneException {
        stream.settle();
    }
}
