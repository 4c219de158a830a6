package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in, and to what. */
@Timeout(60)
final class KeysTest {
    private static final String COMPLETION = "{\"prompt\":\"a\",\"max_tokens\":2}";
    private static final KeyRing RING = new KeyRing(Clock.systemUTC());
    private static TestGateway server;
    private static KeyedClient operator;

    @BeforeAll
    static void start() {
        server = TestGateway.serving(RING);
        operator = client("default", Role.ADMIN, Role.USERS, Role.INFERENCE);
    }

    @AfterAll
    static void stop() {
        RING.close();
        server.close();
    }

    @BeforeEach
    void speak() {
        server.engine.script(generation -> generation.say("hi").finish(FinishReason.STOP));
    }

    private static KeyedClient client(String tenant, Role... roles) {
        ApiKey.Draft draft = new ApiKey.Draft(new Tenant(tenant), "", Set.of(roles), Limits.NONE);
        String secret =
                new Keys(server.store.keys(), Clock.systemUTC()).create(draft).secret();
        RING.changed();
        return new KeyedClient(server, secret);
    }

    @Test
    void withoutAKeyThereIsNothingButHealthAndTheConsole() throws Exception {
        for (String path : List.of("/v1/models", "/v1/users", "/v1/users/ann/history", "/metrics", "/v1/admin/keys")) {
            HttpResponse<String> refused = server.get(path);
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
            JsonNode error = TestGateway.json(refused).path("error");
            assertThat(error.path("code").asText()).isEqualTo("invalid_api_key");
            assertThat(error.path("type").asText()).isEqualTo("authentication_error");
        }
        assertThat(server.complete(COMPLETION).statusCode()).isEqualTo(401);
        assertThat(new KeyedClient(server, "pw-wrong")
                        .post("/v1/completions", COMPLETION)
                        .statusCode())
                .isEqualTo(401);
        for (String path : List.of("/health", "/health/live", "/version", "/", "/console/app.js")) {
            assertThat(server.get(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @Test
    void aRoleOpensItsOwnRoutesOnly() throws Exception {
        KeyedClient inference = client("acme", Role.INFERENCE);
        KeyedClient users = client("acme", Role.USERS);
        KeyedClient admin = client("acme", Role.ADMIN);
        assertThat(inference.post("/v1/completions", COMPLETION).body()).contains("hi");
        assertThat(users.status("PUT", "/v1/users/zoe")).isEqualTo(201);
        assertThat(admin.get("/v1/admin/keys").statusCode()).isEqualTo(200);

        assertThat(inference.status("PUT", "/v1/users/zoe")).isEqualTo(403);
        assertThat(users.status("POST", "/v1/completions")).isEqualTo(403);
        assertThat(inference.status("GET", "/v1/admin/keys")).isEqualTo(403);
        HttpResponse<String> refused = admin.get("/metrics");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("a key of the default tenant with the role admin");
        assertThat(operator.get("/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void aSocketNeedsAKeyAsLongAsItIsOpen() throws Exception {
        assertThatThrownBy(() -> new SocketClient(server, ""))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(401));
        KeyedClient inference = client("acme", Role.INFERENCE);
        try (SocketClient socket = new SocketClient(server, "", inference.key())) {
            assertThat(socket.create("\"input\":\"a\"").until("response.completed"))
                    .isNotEmpty();
            revokeAll("acme");
            assertThat(socket.create("\"input\":\"a\"").next().at("/error/code").asText())
                    .isEqualTo("invalid_api_key");
        }
    }

    @Test
    void aRotatedKeysFirstSecretOpensAsLongAsItWasSaid() throws Exception {
        JsonNode made = operator.json("POST", "/v1/admin/keys", """
                {"tenant":"rotating","name":"front end","roles":["inference"]}""");
        assertThat(made.path("tenant").asText()).isEqualTo("rotating");
        KeyedClient first = new KeyedClient(server, made.path("key").asText());
        assertThat(first.get("/v1/models").statusCode()).isEqualTo(200);

        String rotate = "/v1/admin/keys/" + made.path("id").asText() + "/rotate";
        JsonNode rotated = operator.json("POST", rotate + "?overlap_seconds=3600", "");
        KeyedClient second = new KeyedClient(server, rotated.path("key").asText());
        assertThat(first.get("/v1/models").statusCode()).isEqualTo(200);
        assertThat(second.get("/v1/models").statusCode()).isEqualTo(200);

        KeyedClient third = new KeyedClient(
                server, operator.json("POST", rotate, "").path("key").asText());
        assertThat(first.get("/v1/models").statusCode()).isEqualTo(401);
        assertThat(second.get("/v1/models").statusCode()).isEqualTo(401);
        assertThat(third.get("/v1/models").statusCode()).isEqualTo(200);
    }

    @Test
    void administratorsSeeAndMakeTheKeysOfTheirOwnTenant() throws Exception {
        KeyedClient admin = client("bells", Role.ADMIN);
        JsonNode keys = admin.json("GET", "/v1/admin/keys", "").path("data");
        assertThat(keys).hasSize(1);
        assertThat(keys.path(0).path("tenant").asText()).isEqualTo("bells");
        assertThat(keys.path(0).has("key")).isFalse();
        assertThat(admin.post("/v1/admin/keys", "{\"tenant\":\"default\",\"roles\":[\"admin\"]}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(admin.post("/v1/admin/keys", "{\"roles\":[\"users\"]}").statusCode())
                .isEqualTo(201);
        assertThat(admin.post("/v1/admin/keys", "{\"roles\":[\"king\"]}").body())
                .contains("inference, users, admin");

        String others = operator.json("POST", "/v1/admin/keys", "{\"roles\":[\"users\"]}")
                .path("id")
                .asText();
        HttpResponse<String> hidden = admin.send("DELETE", "/v1/admin/keys/" + others, "");
        assertThat(hidden.statusCode()).isEqualTo(404);
        assertThat(hidden.body())
                .isEqualTo(admin.send("DELETE", "/v1/admin/keys/key_no", "").body());
        assertThat(operator.status("DELETE", "/v1/admin/keys/" + others)).isEqualTo(200);
        assertThat(operator.status("DELETE", "/v1/admin/keys/" + others)).isEqualTo(404);
    }

    private static void revokeAll(String tenant) {
        Keys keys = new Keys(server.store.keys(), Clock.systemUTC());
        keys.list().stream()
                .filter(key -> key.tenant().id().equals(tenant) && key.revoked().isEmpty())
                .forEach(key -> keys.revoke(key.id()));
        RING.changed();
    }
}
