package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What stands in the log when everything logs all it can, libraries included, and requests fail in every way: nothing of what was asked, answered or kept, and no key. */
@Timeout(60)
final class QuietLogTest {
    private static final String ASKED = "asked-q7zx";
    private static final String SAID = "said-w3kp";
    private static final String KEPT = "kept-m8vd";
    private static final String WRONG = "pw-wrong-t5hj";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Logger own = (Logger) LoggerFactory.getLogger("dev.piecewise");
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    private final KeyRing ring = new KeyRing(Clock.systemUTC());
    private final List<Appender<ILoggingEvent>> before = new ArrayList<>();
    private Level rootBefore;
    private Level ownBefore;
    private TestGateway server;
    private String key;

    @BeforeEach
    void listen() {
        PatternLayoutEncoder lines = new PatternLayoutEncoder();
        lines.setContext(root.getLoggerContext());
        lines.setPattern("%level %logger %msg %kvp %mdc %ex%n");
        lines.start();
        appender.setContext(root.getLoggerContext());
        appender.setEncoder(lines);
        appender.setOutputStream(log);
        appender.start();
        rootBefore = root.getLevel();
        ownBefore = own.getLevel();
        root.iteratorForAppenders().forEachRemaining(before::add);
        before.forEach(root::detachAppender);
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
        own.setLevel(Level.TRACE);
        server = TestGateway.serving(ring);
        ApiKey.Draft draft = new ApiKey.Draft(Tenant.DEFAULT, "", Set.of(Role.values()), Limits.NONE);
        key = new Keys(server.store.keys(), Clock.systemUTC()).create(draft).secret();
        ring.changed();
    }

    @AfterEach
    void stop() {
        root.detachAppender(appender);
        root.setLevel(rootBefore);
        own.setLevel(ownBefore);
        before.forEach(root::addAppender);
        ring.close();
        server.close();
    }

    @Test
    void holdsNothingOfWhatWasAskedAnsweredOrKept() throws Exception {
        server.engine.say(SAID);
        assertThat(post("/v1/completions", "{\"prompt\":\"%s\",\"max_tokens\":20}".formatted(ASKED)))
                .isEqualTo(200);
        assertThat(post("/v1/chat/completions", chat(ASKED))).isEqualTo(200);
        assertThat(post("/v1/responses", "{\"input\":\"%s\"}".formatted(ASKED))).isEqualTo(200);
        assertThat(post("/v1/users/zoe/history", "{\"items\":[{\"text\":\"%s\"}]}".formatted(KEPT)))
                .isEqualTo(200);
        assertThat(post("/v1/users/zoe/plan", "{}")).isEqualTo(200);
        try (SocketClient socket = socket(key)) {
            socket.create("\"input\":\"" + ASKED + "\"").until("response.completed");
            socket.say("{\"type\":\"" + ASKED + "\"}").next();
            socket.say(ASKED).next();
        }
        isQuiet();
    }

    @Test
    void holdsNothingOfItWhenRequestsAreRefused() throws Exception {
        assertThat(post("/v1/completions", "{\"prompt\":\"%s\"".formatted(ASKED)))
                .isEqualTo(400);
        assertThat(post("/v1/completions", "{\"prompt\":{\"a\":\"%s\"}}".formatted(ASKED)))
                .isEqualTo(400);
        assertThat(post("/v1/chat/completions", chat(ASKED.repeat(100)))).isEqualTo(400);
        assertThat(post("/v1/users/zoe/history", "{\"items\":[{\"at\":\"%s\"}]}".formatted(KEPT)))
                .isEqualTo(400);
        assertThat(post("/v1/" + ASKED, "{}")).isEqualTo(404);
        assertThat(send(WRONG, "/v1/completions", "{\"prompt\":\"%s\"}".formatted(ASKED)))
                .isEqualTo(401);
        assertThatThrownBy(() -> socket(WRONG)).isNotNull();
        isQuiet();
    }

    @Test
    void holdsNothingOfItWhenTheServerFails() throws Exception {
        assertThat(post("/v1/completions", "{\"prompt\":\"%s\",\"user\":\"broken\"}".formatted(ASKED)))
                .isEqualTo(500);
        server.engine.script(generation -> generation
                .say(SAID)
                .event(new TokenEvent.Failed(new ServingException(ErrorCode.INTERNAL, "the device failed"))));
        assertThat(post("/v1/completions", "{\"prompt\":\"%s\",\"max_tokens\":20}".formatted(ASKED)))
                .isEqualTo(500);
        server.engine.script(generation -> {
            throw new IllegalStateException("the engine has a fault");
        });
        assertThat(post("/v1/chat/completions", chat(ASKED))).isEqualTo(500);
        try (SocketClient socket = socket(key)) {
            socket.create("\"input\":\"" + ASKED + "\"").until("error");
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("the engine has a fault");
        isQuiet();
    }

    private void isQuiet() {
        assertThat(log.toString(StandardCharsets.UTF_8))
                .contains("TRACE", "DEBUG")
                .doesNotContain(ASKED, SAID, KEPT, WRONG, key, key.substring(3));
    }

    private SocketClient socket(String secret) {
        return new SocketClient(
                server, "", builder -> builder.subprotocols("realtime", "openai-insecure-api-key." + secret));
    }

    private int post(String path, String body) throws Exception {
        return send(key, path, body);
    }

    private int send(String secret, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.uri(path))
                .header("Authorization", "Bearer " + secret)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private static String chat(String content) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"max_tokens\":20}".formatted(content);
    }
}
