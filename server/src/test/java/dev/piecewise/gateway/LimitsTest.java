package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client hears of the limits of its key. */
@Timeout(60)
final class LimitsTest {
    private static final String COMPLETION = "{\"prompt\":\"a\",\"max_tokens\":2}";
    private static final KeyRing RING = new KeyRing(Clock.systemUTC());
    private static TestGateway server;

    @BeforeAll
    static void start() {
        server = TestGateway.serving(RING);
    }

    @AfterAll
    static void stop() {
        RING.close();
        server.close();
    }

    @Test
    void requestsBeyondTheLimitAreToldWhenToComeBack() throws Exception {
        speak();
        KeyedClient client = client(new Limits(2, 1000, 0));
        HttpResponse<String> first = client.post("/v1/completions", COMPLETION);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(header(first, "x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(header(first, "x-ratelimit-reset-requests")).matches("[0-9.]+s");
        assertThat(header(first, "x-ratelimit-limit-tokens")).isEqualTo("1000");
        assertThat(client.post("/v1/completions", COMPLETION).statusCode()).isEqualTo(200);

        HttpResponse<String> refused = client.post("/v1/completions", COMPLETION);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(header(refused, "Retry-After")).matches("[1-9][0-9]?");
        assertThat(header(refused, "x-ratelimit-remaining-requests")).isEqualTo("0");
        JsonNode error = TestGateway.json(refused).path("error");
        assertThat(error.path("code").asText()).isEqualTo("rate_limit_exceeded");
        assertThat(error.path("message").asText()).contains("2 requests a minute");
        assertThat(client.get("/v1/models").statusCode()).isEqualTo(429);
        assertThat(client(Limits.NONE).get("/v1/models").statusCode()).isEqualTo(200);
    }

    @Test
    void tokensAreThoseOfThePromptAndOfTheCompletion() throws Exception {
        speak();
        KeyedClient client = client(new Limits(0, 8, 0));
        JsonNode usage = client.json("POST", "/v1/completions", "{\"prompt\":\"abcd\",\"max_tokens\":9}")
                .path("usage");
        assertThat(usage.path("total_tokens").asInt()).isGreaterThan(7);
        HttpResponse<String> refused = client.post("/v1/completions", COMPLETION);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("8 tokens a minute");
        try (SocketClient socket = new SocketClient(server, "", client.key())) {
            assertThat(socket.create("\"input\":\"a\"").next().at("/error/code").asText())
                    .isEqualTo("rate_limit_exceeded");
        }
    }

    @Test
    void onlySoManyRunAtATime() throws Exception {
        server.engine.script(generation -> {});
        KeyedClient client = client(new Limits(0, 0, 1));
        CompletableFuture<Integer> running = CompletableFuture.supplyAsync(() -> {
            try {
                return client.post("/v1/completions", COMPLETION).statusCode();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        ScriptedEngine.Scripted generation = server.engine.next();
        HttpResponse<String> refused = client.get("/v1/models");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(header(refused, "Retry-After")).isEqualTo("1");
        generation.say("a").finish(FinishReason.STOP);
        assertThat(running.get()).isEqualTo(200);
        int status = client.get("/v1/models").statusCode();
        while (status == 429) {
            // The answer is out before the request has left.
            Thread.onSpinWait();
            status = client.get("/v1/models").statusCode();
        }
        assertThat(status).isEqualTo(200);
    }

    private static void speak() {
        server.engine.script(generation -> generation.say("well").finish(FinishReason.STOP));
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("none");
    }

    private static KeyedClient client(Limits limits) {
        ApiKey.Draft draft = new ApiKey.Draft(Tenant.DEFAULT, "", Set.of(Role.INFERENCE), limits);
        String secret =
                new Keys(server.store.keys(), Clock.systemUTC()).create(draft).secret();
        RING.changed();
        return new KeyedClient(server, secret);
    }
}
