package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with keys: two tenants whose users have the same names, on one model, pool and database. */
@Timeout(120)
final class TenantServerTest {
    private static final int USERS = 3;
    private static final int ROUNDS = 25;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    static Path directory;

    @AutoClose
    private static RunningServer server;

    private static String acme;
    private static String bells;

    @BeforeAll
    static void start() throws Exception {
        Path model = TinyFiles.model(directory);
        Path pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
        String database = RunningServer.database(directory);
        try (Store store = Stores.open(database)) {
            Keys keys = new Keys(store.keys(), Clock.systemUTC());
            acme = keys.create(draft("acme")).secret();
            bells = keys.create(draft("bells")).secret();
        }
        server = RunningServer.start(
                model,
                pool,
                database,
                "adapters.mode=slots",
                "personalization.guard-items=0",
                "security.require-keys=true");
    }

    @Test
    void usersOfTheSameNameAreAnsweredByTheirOwnAdaptersInOneBatch() throws Exception {
        List<String> keys = List.of(acme, bells);
        for (int user = 0; user < USERS; user++) {
            assertThat(ask(acme, "/v1/users/u" + user + "/history", history("rain over the hills " + user))
                            .status())
                    .isEqualTo(200);
            assertThat(ask(bells, "/v1/users/u" + user + "/history", history("numbers, 1 2 3 and 4" + user * 7))
                            .status())
                    .isEqualTo(200);
            for (String key : keys) {
                assertThat(ask(key, "/v1/users/u" + user + "/plan", "{}").status())
                        .isEqualTo(200);
            }
        }
        List<String> alone = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            for (String key : keys) {
                alone.add(said(ask(key, "/v1/completions", completion(user))));
            }
        }
        assertThat(alone).doesNotHaveDuplicates();
        try (ExecutorService clients = Executors.newFixedThreadPool(6)) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < ROUNDS * alone.size(); i++) {
                String key = keys.get(i % 2);
                String body = completion(i % alone.size() / 2);
                answers.add(clients.submit(() -> ask(key, "/v1/completions", body)));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(said(answers.get(i).get())).isEqualTo(alone.get(i % alone.size()));
            }
        }
    }

    @Test
    void whatOneTenantAskedMakesNothingQuickerForAnother() throws Exception {
        String body = """
                {"prompt":"a long question that both of them ask, word for word, and more than once","max_tokens":1}""";
        assertThat(cached(ask(acme, "/v1/completions", body))).isZero();
        assertThat(cached(ask(bells, "/v1/completions", body))).isZero();
        assertThat(cached(ask(acme, "/v1/completions", body))).isPositive();
        assertThat(cached(ask(bells, "/v1/completions", body))).isPositive();
    }

    private record Answer(int status, JsonNode json) {}

    /** Which adapter spoke and what it said. */
    private static String said(Answer answer) {
        return answer.json().at("/piecewise/mode").asText()
                + answer.json().at("/piecewise/fingerprint").asText()
                + answer.json().at("/choices/0/token_ids");
    }

    private static int cached(Answer answer) {
        return answer.json().at("/usage/prompt_tokens_details/cached_tokens").asInt(-1);
    }

    private static Answer ask(String key, String path, String body) throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create(server.client().url() + path))
                        .header("Authorization", "Bearer " + key)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    private static String history(String text) {
        return "{\"items\":[\"%s\",\"%s again\"]}".formatted(text, text);
    }

    private static String completion(int user) {
        return """
                {"user":"u%d","prompt":"a question for all","max_tokens":12,"temperature":0,"ignore_eos":true,
                 "return_token_ids":true,"piecewise":{"mode":"assembled"}}""".formatted(user);
    }

    private static ApiKey.Draft draft(String tenant) {
        return new ApiKey.Draft(new Tenant(tenant), "", EnumSet.allOf(Role.class), Limits.NONE);
    }
}
