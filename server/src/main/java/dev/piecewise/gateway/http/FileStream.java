package dev.piecewise.gateway.http;

import io.vertx.core.buffer.Buffer;

/** An answer of as many bytes as its head says. Every part waits until the client's connection has taken it. */
public final class FileStream implements OpenAnswer {
    private final Exchange exchange;

    FileStream(Exchange exchange) {
        this.exchange = exchange;
    }

    public void add(byte[] part) throws InterruptedException, ClientGoneException {
        exchange.write(Buffer.buffer(part));
    }

    public void end() throws InterruptedException, ClientGoneException {
        exchange.end();
    }

    /** A client that gets less than was announced knows that it is not the whole. */
    @Override
    public void fail(byte[] error) {
        exchange.abort();
    }
}
