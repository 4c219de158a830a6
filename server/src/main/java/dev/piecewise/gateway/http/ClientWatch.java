package dev.piecewise.gateway.http;

import io.vertx.core.http.HttpServerResponse;

/** Interrupts a thread when its client leaves, until it is closed. */
public final class ClientWatch implements AutoCloseable {
    private final Thread thread;
    private boolean watching = true;

    ClientWatch(HttpServerResponse response, Thread thread) throws ClientGoneException {
        this.thread = thread;
        response.closeHandler(gone -> interrupt());
        if (response.closed()) {
            throw new ClientGoneException();
        }
    }

    private synchronized void interrupt() {
        if (watching) {
            thread.interrupt();
        }
    }

    @Override
    public synchronized void close() {
        watching = false;
    }
}
