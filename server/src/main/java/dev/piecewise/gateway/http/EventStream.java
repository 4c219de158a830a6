package dev.piecewise.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** An answer of server-sent events. */
public final class EventStream implements OpenAnswer {
    private static final byte[] PREFIX = {'d', 'a', 't', 'a', ':', ' '};

    private final Exchange exchange;
    private final Relay relay;
    private volatile Future<Void> last = Future.succeededFuture();

    EventStream(Exchange exchange, Relay relay) {
        this.exchange = exchange;
        this.relay = relay;
    }

    /** What writes the answer while the client reads it: that is the back-pressure. */
    public Relay relay() {
        return relay;
    }

    /** Writes whole events, as they are on the wire, without waiting. */
    public void write(Buffer events) {
        last = exchange.post(events);
    }

    /** Waits until the client's connection has taken what was written. */
    public void settle() throws InterruptedException, ClientGoneException {
        exchange.await(last);
    }

    public void end() throws InterruptedException, ClientGoneException {
        exchange.end();
    }

    @Override
    public void fail(byte[] error) throws InterruptedException, ClientGoneException {
        write(Buffer.buffer(error.length + 8)
                .appendBytes(PREFIX)
                .appendBytes(error)
                .appendString("\n\n"));
        end();
    }
}
