package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.net.http.WebSocketHandshakeException;
import java.time.Clock;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a browser does on a page's behalf: it sets no headers of the page's own on a WebSocket, and says whose page it is. */
@Timeout(60)
final class BrowserTest {
    private static final String KEY = "openai-insecure-api-key.";

    private final KeyRing ring = new KeyRing(Clock.systemUTC());
    private TestGateway server = TestGateway.serving(ring);

    @AfterEach
    void stop() {
        ring.close();
        server.close();
    }

    @Test
    void aPageNamesItsKeyAmongTheSubprotocolsAndIsToldTheOtherOne() throws Exception {
        String secret = inference();
        server.engine.script(generation -> generation.say("hi").finish(FinishReason.STOP));
        try (SocketClient socket =
                new SocketClient(server, "", builder -> builder.subprotocols("realtime", KEY + secret))) {
            assertThat(socket.socket.getSubprotocol()).isEqualTo("realtime");
            assertThat(socket.create("\"input\":\"a\"").until("response.completed"))
                    .isNotEmpty();
        }
        try (SocketClient socket = new SocketClient(server, "", builder -> builder.subprotocols(KEY + secret))) {
            assertThat(socket.socket.getSubprotocol()).isEmpty();
        }
    }

    @Test
    void aWrongKeyAmongTheSubprotocolsOpensNothing() {
        assertRefused(
                401, () -> new SocketClient(server, "", builder -> builder.subprotocols("realtime", KEY + "pw-wrong")));
        assertRefused(401, () -> new SocketClient(server, "", builder -> builder.subprotocols("realtime")));
    }

    @Test
    void withoutKeysAPageOfAnotherHostMayNotAsk() throws Exception {
        server.close();
        server = TestGateway.serving();
        assertRefused(
                403, () -> new SocketClient(server, "", builder -> builder.header("Origin", "https://elsewhere")));
        assertRefused(403, () -> new SocketClient(server, "", builder -> builder.header("Origin", "null")));
        try (SocketClient own =
                new SocketClient(server, "", builder -> builder.header("Origin", "http://127.0.0.1:" + server.port))) {
            assertThat(own.closed()).isFalse();
        }
    }

    @Test
    void aKeyOpensForPagesOfAnyHost() {
        String secret = inference();
        try (SocketClient socket = new SocketClient(
                server,
                "",
                builder -> builder.header("Origin", "https://elsewhere").subprotocols("realtime", KEY + secret))) {
            assertThat(socket.socket.getSubprotocol()).isEqualTo("realtime");
        }
    }

    private String inference() {
        ApiKey.Draft draft = new ApiKey.Draft(new Tenant("acme"), "", Set.of(Role.INFERENCE), Limits.NONE);
        String secret =
                new Keys(server.store.keys(), Clock.systemUTC()).create(draft).secret();
        ring.changed();
        return secret;
    }

    private static void assertRefused(int status, ThrowingCallable opening) {
        assertThatThrownBy(opening)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(status));
    }
}
