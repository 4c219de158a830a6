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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tenants whose users have the same names and ask the same, side by side. */
@Timeout(120)
final class TenantsTest {
    private static final List<String> TENANTS = List.of("default", "acme", "bells");
    private static final int USERS = 20;
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 8;

    private static final KeyRing RING = new KeyRing(Clock.systemUTC());
    private static final Map<String, KeyedClient> CLIENT = new HashMap<>();
    private static TestGateway server;

    @BeforeAll
    static void start() {
        server = TestGateway.serving(RING);
        Keys keys = new Keys(server.store.keys(), Clock.systemUTC());
        for (String tenant : TENANTS) {
            ApiKey.Draft draft =
                    new ApiKey.Draft(new Tenant(tenant), "key of " + tenant, EnumSet.allOf(Role.class), Limits.NONE);
            CLIENT.put(tenant, new KeyedClient(server, keys.create(draft).secret()));
        }
        RING.changed();
    }

    @AfterAll
    static void stop() {
        RING.close();
        server.close();
    }

    /** The engine knows only what it was given, and says it: whose request it is. */
    @BeforeEach
    void sayWhoAsks() {
        server.engine.script(generation -> {
            String user = generation.request.user();
            generation
                    .say("for " + Tenant.nameIn(user) + " of " + Tenant.of(user).id())
                    .finish(FinishReason.STOP);
        });
    }

    @Test
    void everybodyGetsOnlyTheirOwnAnswersOverTenThousandMixedRequests() throws Exception {
        for (String tenant : TENANTS) {
            for (int user = 0; user < USERS; user++) {
                String items = "{\"items\":[\"written by u%d of %s\"]}".formatted(user, tenant);
                assertThat(client(tenant)
                                .post("/v1/users/u" + user + "/history", items)
                                .statusCode())
                        .isEqualTo(200);
            }
        }
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<Integer>> runs = IntStream.range(0, CLIENTS)
                    .mapToObj(seed -> clients.submit(() -> ask(new Random(seed), REQUESTS / CLIENTS)))
                    .toList();
            int asked = 0;
            for (Future<Integer> run : runs) {
                asked += run.get();
            }
            assertThat(asked).isEqualTo(REQUESTS);
        }
    }

    /** Asks so many things of changing tenants, in the name of users that all of them have; each answer must be this tenant's. */
    private static int ask(Random random, int requests) throws Exception {
        Map<String, String> last = new HashMap<>();
        for (int i = 0; i < requests; i++) {
            String tenant = TENANTS.get(random.nextInt(TENANTS.size()));
            String other = TENANTS.get((TENANTS.indexOf(tenant) + 1) % TENANTS.size());
            String user = "u" + random.nextInt(USERS);
            KeyedClient client = client(tenant);
            String own = "for %s of %s".formatted(user, tenant);
            switch (random.nextInt(7)) {
                case 0, 1 ->
                    assertThat(client.json("POST", "/v1/completions", completion(user))
                                    .at("/choices/0/text")
                                    .asText())
                            .isEqualTo(own);
                case 2 ->
                    assertThat(client.json("POST", "/v1/chat/completions", """
                                    {"user":"%s","messages":[{"role":"user","content":"Hi"}],"max_tokens":60}""".formatted(user))
                                    .at("/choices/0/message/content")
                                    .asText())
                            .isEqualTo(own);
                case 3 -> {
                    JsonNode made = client.json("POST", "/v1/responses", response(user, ""));
                    assertThat(made.at("/output/0/content/0/text").asText()).isEqualTo(own);
                    last.put(tenant + user, made.path("id").asText());
                }
                case 4 -> {
                    String id = last.getOrDefault(other + user, "resp_none");
                    HttpResponse<String> refused = client.post("/v1/responses", response(user, id));
                    assertThat(refused.statusCode()).isEqualTo(400);
                    assertThat(client.get("/v1/responses/" + id).statusCode()).isEqualTo(404);
                    assertThat(client.status("DELETE", "/v1/responses/" + id)).isEqualTo(404);
                }
                case 5 ->
                    assertThat(client.json("GET", "/v1/users/" + user + "/history", "")
                                    .at("/data/0/text")
                                    .asText())
                            .isEqualTo("written by " + user + " of " + tenant);
                case 6 ->
                    assertThat(client.json("GET", "/v1/users?limit=1000", "").path("data"))
                            .hasSize(USERS);
                default -> throw new AssertionError();
            }
        }
        return requests;
    }

    @Test
    void whatATenantDoesToItsUserIsDoneToNoOther() throws Exception {
        KeyedClient acme = client("acme");
        KeyedClient bells = client("bells");
        acme.post("/v1/users/zoe/history", "{\"items\":[\"of acme's zoe\"]}");
        HttpResponse<String> stranger = bells.get("/v1/users/zoe");
        assertThat(stranger.statusCode()).isEqualTo(404);
        assertThat(stranger.body())
                .isEqualTo(bells.get("/v1/users/nobody-at-all").body());
        for (String path : List.of("/v1/users/zoe", "/v1/users/zoe/history", "/v1/users/zoe/adapter")) {
            assertThat(bells.status("DELETE", path)).as(path).isEqualTo(404);
        }
        assertThat(bells.status("POST", "/v1/users/zoe/plan")).isEqualTo(404);

        assertThat(acme.status("POST", "/v1/users/zoe/plan?wait=20")).isEqualTo(200);
        assertThat(acme.json("POST", "/v1/completions", completion("zoe"))
                        .at("/piecewise/mode")
                        .asText())
                .isEqualTo("assembled");
        assertThat(bells.json("POST", "/v1/completions", completion("zoe"))
                        .at("/piecewise/mode")
                        .asText())
                .isEqualTo("base");
        JsonNode erased = acme.json("DELETE", "/v1/users/zoe", "");
        assertThat(erased.path("id").asText()).isEqualTo("zoe");
        assertThat(erased.at("/erased/history_items").asInt()).isEqualTo(1);
    }

    @Test
    void aNameThatLooksLikeAnothersKeyIsRefused() throws Exception {
        String key = new Tenant("acme").key("zoe").replace("\u0001", "%01");
        KeyedClient operator = client("default");
        assertThat(operator.get("/v1/users/" + key).statusCode()).isEqualTo(400);
        assertThat(operator.get("/v1/users?after=" + key).statusCode()).isEqualTo(400);
        String named = new Tenant("acme").key("zoe").replace("\u0001", "\\u0001");
        assertThat(operator.post("/v1/completions", completion(named)).statusCode())
                .isEqualTo(400);
        assertThat(operator.post("/v1/responses", response(named, "resp_1")).statusCode())
                .isEqualTo(400);
    }

    @Test
    void noKeyIsInTheDatabase() throws Exception {
        StringBuilder files = new StringBuilder();
        try (Stream<Path> all = Files.walk(server.directory())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(files).contains("key of acme");
        CLIENT.values().forEach(client -> {
            String secret = client.key().substring("pw-".length());
            assertThat(secret).hasSizeGreaterThan(40);
            for (int i = 0; i + 12 <= secret.length(); i += 6) {
                assertThat(files.indexOf(secret.substring(i, i + 12))).isNegative();
            }
        });
    }

    private static KeyedClient client(String tenant) {
        return Objects.requireNonNull(CLIENT.get(tenant));
    }

    private static String completion(String user) {
        return "{\"user\":\"%s\",\"prompt\":\"the same for all\",\"max_tokens\":60}".formatted(user);
    }

    private static String response(String user, String previous) {
        String before = previous.isEmpty() ? "" : ",\"previous_response_id\":\"" + previous + "\"";
        return "{\"user\":\"%s\",\"input\":\"Hi\",\"max_output_tokens\":60%s}".formatted(user, before);
    }
}
