package dev.piecewise.gateway.http;

import io.vertx.core.buffer.Buffer;

/** An answer of lines, each of them JSON. They go out in pieces of some kilobytes, and every piece waits until the client's connection has taken it. */
public final class LineStream implements OpenAnswer {
    private static final int PIECE = 32 << 10;

    private final Exchange exchange;
    private Buffer lines = Buffer.buffer();

    LineStream(Exchange exchange) {
        this.exchange = exchange;
    }

    /** A record, map, list or tree. */
    public void add(Object value) throws InterruptedException, ClientGoneException {
        lines.appendBytes(Json.bytes(value)).appendByte((byte) '\n');
        if (lines.length() >= PIECE) {
            flush();
        }
    }

    public void end() throws InterruptedException, ClientGoneException {
        flush();
        exchange.end();
    }

    @Override
    public void fail(byte[] error) throws InterruptedException, ClientGoneException {
        lines.appendBytes(error).appendByte((byte) '\n');
        end();
    }

    private void flush() throws InterruptedException, ClientGoneException {
        Buffer piece = lines;
        lines = Buffer.buffer();
        exchange.write(piece);
    }
}
