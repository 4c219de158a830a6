package dev.piecewise.gateway.http;

import io.vertx.core.buffer.Buffer;

/** An answer of server-sent events. Every write waits until the client's connection has taken it: that is the back-pressure. */
public final class EventStream implements OpenAnswer {
    private static final byte[] PREFIX = {'d', 'a', 't', 'a', ':', ' '};

    private final Exchange exchange;

    EventStream(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Writes whole events, as they are on the wire. */
    public void write(Buffer events) throws InterruptedException, ClientGoneException {
        exchange.write(events);
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
