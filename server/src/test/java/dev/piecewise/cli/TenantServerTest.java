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
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with keys: two tenants whose users have the same names, on one model, pool and database. */
@Timeout(120)
final class TenantServerTest {
    private static final int USERS = 3;
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 24;
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
        giveUsersPlans();
    }

    private static void giveUsersPlans() throws Exception {
        for (int user = 0; user < USERS; user++) {
            for (String key : List.of(acme, bells)) {
                String text = key.equals(acme) ? "rain over the hills " + user : "numbers, 1 2 3 and 4" + user * 7;
                assertThat(ask(key, "/v1/users/u" + user + "/history", history(text))
                                .status())
                        .isEqualTo(200);
                assertThat(ask(key, "/v1/users/u" + user + "/plan", "{}").status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void tenThousandMixedRequestsAreAnsweredEachForWhoAsked() throws Exception {
        List<Question> questions = questions();
        List<String> alone = new ArrayList<>();
        for (Question question : questions) {
            alone.add(question.answer());
        }
        assertThat(alone).doesNotHaveDuplicates();
        List<Integer> mixed =
                new Random(7).ints(REQUESTS, 0, questions.size()).boxed().toList();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<String>> answers = mixed.stream()
                    .map(i -> clients.submit(questions.get(i)::answer))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(alone.get(mixed.get(i)));
            }
        }
    }

    /** The same of both tenants: users' answers, whole and streamed, what is known of them, and what they were made of. */
    private static List<Question> questions() {
        List<Question> questions = new ArrayList<>();
        for (String key : List.of(acme, bells)) {
            for (int user = 0; user < USERS; user++) {
                String path = "/v1/users/u" + user;
                questions.add(new Question(key, path + "/history", null));
                questions.add(new Question(key, path + "/plan", null));
                questions.add(new Question(key, path + "/export", null));
                for (int length = 2; length < 6; length++) {
                    questions.add(new Question(key, "/v1/completions", completion(user, length, false)));
                    questions.add(new Question(key, "/v1/completions", completion(user, length, true)));
                }
            }
        }
        return questions;
    }

    /** Asked with POST if there is a body. */
    private record Question(
            String key, String path, @Nullable String body) {
        String answer() throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(server.client().url() + path))
                    .header("Authorization", "Bearer " + key);
            HttpResponse<String> response = HTTP.send(
                    (body == null ? request : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return body == null ? response.body() : said(response.body());
        }

        /** Which adapter spoke and what it said, in one piece or in a stream's. */
        private String said(String text) throws Exception {
            StringBuilder said = new StringBuilder(body);
            for (String line : text.split("\n\n", -1)) {
                if (line.isEmpty() || line.endsWith("[DONE]")) {
                    continue;
                }
                JsonNode part = JSON.readTree(line.replaceFirst("^data: ", ""));
                said.append(part.at("/piecewise/fingerprint").asText());
                part.at("/choices/0/token_ids").forEach(id -> said.append(' ').append(id));
            }
            return said.toString();
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

    private static String completion(int user, int length, boolean stream) {
        return """
                {"user":"u%d","prompt":"a question for all","max_tokens":%d,"stream":%b,"temperature":0,"ignore_eos":true,
                 "return_token_ids":true,"piecewise":{"mode":"assembled"}}""".formatted(user, length, stream);
    }

    private static ApiKey.Draft draft(String tenant) {
        return new ApiKey.Draft(new Tenant(tenant), "", EnumSet.allOf(Role.class), Limits.NONE);
    }
}
