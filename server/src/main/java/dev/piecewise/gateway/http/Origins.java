package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import io.vertx.core.http.HttpServerRequest;
import java.util.stream.Stream;

/** Which pages may ask a server that needs no key: its own. Any other page that somebody at this machine opens could ask in their place, WebSockets and plain forms included. */
final class Origins {
    private Origins() {}

    /** FORBIDDEN when a browser says that a page of another host asks. */
    static void requireOwn(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return;
        }
        String host = origin.replaceFirst("^[a-z]+://", "");
        boolean own =
                Stream.of("Host", "X-Forwarded-Host").map(request::getHeader).anyMatch(host::equalsIgnoreCase);
        if (!own) {
            throw new ServingException(
                    ErrorCode.FORBIDDEN,
                    "without keys only the server's own pages may ask it, not one of another origin (a proxy in between must pass on Host or set X-Forwarded-Host)",
                    "Origin");
        }
    }
}
