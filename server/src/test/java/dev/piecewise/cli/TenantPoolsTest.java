package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole server with the operator's pool and tenants' own: nobody sees, addresses or is served from another's, whose sharers may well have the same names. */
@Timeout(120)
final class TenantPoolsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final List<String> TENANTS = List.of("default", "acme", "bells", "coop", "dora");

    @TempDir
    Path directory;

    private final Deque<RunningServer> servers = new ArrayDeque<>();
    private Path model = Path.of("");
    private Path tenants = Path.of("");
    private String url = "";
    private final Map<String, String> keys = new HashMap<>();

    private record Answer(int status, JsonNode json) {
        String at(String pointer) {
            return json.at(pointer).asText();
        }
    }

    private void start(String mode) throws Exception {
        model = TinyFiles.model(directory);
        Path shared = TinyFiles.pool(model, 7, directory.resolve("everybodys"));
        tenants = Files.createDirectory(directory.resolve("tenants"));
        publish("acme", 11);
        Files.createDirectory(tenants.resolve("dora"));
        Files.writeString(tenants.resolve("dora").resolve("pool.json"), "{}");
        String database = RunningServer.database(directory);
        try (Store store = Stores.open(database)) {
            Keys issuer = new Keys(store.keys(), Clock.systemUTC());
            for (String tenant : TENANTS) {
                keys.put(
                        tenant,
                        issuer.create(new ApiKey.Draft(new Tenant(tenant), "", EnumSet.allOf(Role.class), Limits.NONE))
                                .secret());
            }
        }
        RunningServer server = RunningServer.start(
                model,
                shared,
                database,
                "adapters.tenant-pools=" + tenants,
                "adapters.mode=" + mode,
                "personalization.guard-items=0",
                "security.require-keys=true");
        servers.add(server);
        url = server.client().url();
        for (String tenant : TENANTS) {
            ask(tenant, "POST", "/v1/users/ann/history", "{\"items\":[\"rain over the hills\",\"a second line\"]}");
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(RunningServer::close);
    }

    /** A pool of s0 to s4; returns its version. */
    private String publish(String tenant, long seed) {
        Path made = TinyFiles.pool(model, seed, directory.resolve("made" + seed));
        Path version = new PoolVersions(tenants.resolve(tenant))
                .publish(PoolEdits.agreed(PoolReader.read(made), new Consent("all", Instant.EPOCH, 1)));
        return PoolReader.read(version).hash();
    }

    @ParameterizedTest
    @ValueSource(strings = {"resident", "slots"})
    void everyTenantIsServedFromItsOwnPoolOrTheOperators(String mode) throws Exception {
        start(mode);
        assertPool("acme", "acme", false);
        assertPool("bells", "everybodys", true);
        assertPool("default", "everybodys", true);
        String own = ask("acme", "GET", "/v1/pools", "").at("/data/0/version");
        String shared = ask("bells", "GET", "/v1/pools", "").at("/data/0/version");
        assertThat(own).isNotEqualTo(shared);
        assertThat(assembled("acme")).isEqualTo(own);
        assertThat(assembled("bells")).isEqualTo(shared);
        assertThat(completion("acme").at("/piecewise/fingerprint"))
                .isNotEqualTo(completion("bells").at("/piecewise/fingerprint"));
        assertThat(completion("acme").json().at("/choices/0/token_ids"))
                .isNotEqualTo(completion("bells").json().at("/choices/0/token_ids"));

        for (String path : List.of("/v1/pools/acme", "/v1/pools/acme/sharers/s0")) {
            String method = path.endsWith("s0") ? "DELETE" : "GET";
            for (String other : List.of("bells", "default")) {
                Answer refused = ask(other, method, path, "");
                assertThat(refused.status()).isEqualTo(404);
                assertThat(refused.json())
                        .isEqualTo(ask(other, method, path.replace("acme", "no-such-pool"), "")
                                .json());
            }
        }
        assertThat(ask("acme", "GET", "/v1/pools/everybodys", "").status()).isEqualTo(404);
        assertThat(ask("bells", "DELETE", "/v1/pools/everybodys/sharers/s0", "").status())
                .isEqualTo(403);
        String metrics = text("default", "GET", "/metrics", "").body();
        assertThat(metrics)
                .contains("piecewise_pool_pieces")
                .doesNotContain("acme")
                .doesNotContain("bells");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resident", "slots"})
    void aSharerWhoLeavesOnePoolStaysInTheOther(String mode) throws Exception {
        start(mode);
        assembled("acme");
        assembled("bells");
        String before = said("bells");
        String gone = completion("acme")
                .json()
                .at("/piecewise/pieces")
                .elements()
                .next()
                .get(0)
                .get(0)
                .asText();

        Answer deleted = ask("acme", "DELETE", "/v1/pools/acme/sharers/" + gone, "");
        assertThat(deleted.status()).as(deleted.json().toString()).isEqualTo(200);
        assertThat(completion("acme").json().at("/piecewise/pieces").toString()).doesNotContain('"' + gone + '"');
        assertThat(completion("acme").at("/piecewise/pool")).isEqualTo(deleted.at("/version"));
        assertThat(said("bells")).isEqualTo(before);
        assertThat(ask("bells", "GET", "/v1/pools/everybodys", "").json().path("withdrawn"))
                .isEmpty();

        assertThat(ask("default", "DELETE", "/v1/pools/everybodys/sharers/" + gone, "")
                        .status())
                .isEqualTo(200);
        assertThat(completion("bells").json().at("/piecewise/pieces").toString())
                .doesNotContain('"' + gone + '"');
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto"})
    void whoHasAPoolIsNeverServedFromTheOperators(String mode) throws Exception {
        start(mode);
        String shared = assembled("coop");
        assertThat(ask("dora", "GET", "/v1/pools", "").json().path("data")).isEmpty();
        Answer base = completion("dora");
        assertThat(base.at("/piecewise/mode")).isEqualTo("base");
        assertThat(base.at("/piecewise/reason")).contains("cannot be served");
        assertThat(ask("dora", "POST", "/v1/users/ann/plan", "{}").status()).isEqualTo(400);

        String own = publish("coop", 13);
        assertThat(own).isNotEqualTo(shared);
        await(() -> ask("coop", "GET", "/v1/pools", "").at("/data/0/version").equals(own));
        assertPool("coop", "coop", false);
        assertThat(completion("coop").at("/piecewise/reason")).contains("another pool");
        assertThat(assembled("coop")).isEqualTo(own);
        assertThat(completion("coop").at("/piecewise/pool")).isEqualTo(own);
        assertPool("bells", "everybodys", true);

        Files.delete(tenants.resolve("dora").resolve("pool.json"));
        String repaired = publish("dora", 17);
        await(() -> ask("dora", "GET", "/v1/pools", "").json().path("data").size() == 1);
        assertThat(assembled("dora")).isEqualTo(repaired);
    }

    private interface Question {
        boolean yes() throws Exception;
    }

    private static void await(Question question) throws Exception {
        while (!question.yes()) {
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void assertPool(String tenant, String name, boolean shared) throws Exception {
        JsonNode listed = ask(tenant, "GET", "/v1/pools", "").json().path("data");
        assertThat(listed).hasSize(1);
        assertThat(listed.at("/0/id").asText()).isEqualTo(name);
        assertThat(listed.at("/0/shared").asBoolean()).isEqualTo(shared);
    }

    /** The version that the tenant's user's new plan is of. */
    private String assembled(String tenant) throws Exception {
        Answer made = ask(tenant, "POST", "/v1/users/ann/plan", "{}");
        assertThat(made.status()).as(made.json().toString()).isEqualTo(200);
        return made.at("/plan/pool");
    }

    private Answer completion(String tenant) throws Exception {
        return ask(tenant, "POST", "/v1/completions", """
                {"user":"ann","prompt":"a question for all","max_tokens":12,"temperature":0,"ignore_eos":true,
                 "return_token_ids":true,"piecewise":{"explain":true}}""");
    }

    private String said(String tenant) throws Exception {
        Answer answer = completion(tenant);
        return answer.at("/piecewise/fingerprint") + answer.json().at("/choices/0/token_ids");
    }

    private Answer ask(String tenant, String method, String path, String body) throws Exception {
        HttpResponse<String> response = text(tenant, method, path, body);
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    private HttpResponse<String> text(String tenant, String method, String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .header("Authorization", "Bearer " + keys.get(tenant))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
