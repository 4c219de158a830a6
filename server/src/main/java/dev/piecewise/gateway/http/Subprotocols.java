package dev.piecewise.gateway.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a client offers to speak over a WebSocket. A page in a browser cannot set headers on one and names its API key among these, as OpenAI's own client for browsers does: {@code
 * ["realtime", "openai-insecure-api-key.KEY"]}. It is insecure only where the key is not the visitor's own.
 */
final class Subprotocols {
    /** Of these the first that is offered is told the client, whose browser closes the connection if it is told none. */
    static final List<String> SPOKEN = List.of("realtime", "responses");

    private static final String KEY = "openai-insecure-api-key.";
    private static final String PROTOCOLS = "Sec-WebSocket-Protocol";

    private Subprotocols() {}

    /** Moves a key from among the subprotocols to where other clients have theirs, before anything can echo it or log it. A header {@code Authorization} goes before it. */
    static void takeKey(HttpServerRequest handshake) {
        MultiMap headers = handshake.headers();
        List<String> offered = headers.getAll(PROTOCOLS).stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(String::strip)
                .toList();
        Optional<String> key =
                offered.stream().filter(name -> name.startsWith(KEY)).findFirst();
        if (key.isEmpty()) {
            return;
        }
        headers.remove(PROTOCOLS);
        List<String> others =
                offered.stream().filter(name -> !name.startsWith(KEY)).toList();
        if (!others.isEmpty()) {
            headers.set(PROTOCOLS, String.join(", ", others));
        }
        if (!headers.contains(HttpHeaders.AUTHORIZATION)) {
            headers.set(HttpHeaders.AUTHORIZATION, "Bearer " + key.get().substring(KEY.length()));
        }
    }
}
