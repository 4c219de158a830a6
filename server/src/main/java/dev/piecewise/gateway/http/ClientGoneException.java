package dev.piecewise.gateway.http;

/** The client closed its connection, or reads so slowly that it counts as gone; there is nobody left to answer. */
public final class ClientGoneException extends Exception {
    private static final long serialVersionUID = 1L;

    ClientGoneException() {
        super("the client is gone", null, false, false);
    }
}
