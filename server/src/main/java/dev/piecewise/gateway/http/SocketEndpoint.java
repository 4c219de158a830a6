package dev.piecewise.gateway.http;

/** Serves the WebSockets of one path. */
@FunctionalInterface
public interface SocketEndpoint {
    /** A connection was opened. Called on a virtual thread. */
    SocketSession open(Socket socket);
}
