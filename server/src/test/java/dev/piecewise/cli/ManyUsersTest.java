package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.adapter.PoolWriter;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole server, wired as the command wires it: users with different assembled adapters, many at once. */
@Timeout(120)
class ManyUsersTest {
    private static final int USERS = 6;
    private static final int STREAMS = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Path model;
    private static Path pool;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void writeModelAndPool() {
        model = TinyCheckpoint.llama().speaking().write(directory.resolve("tiny"));
        pool = directory.resolve("pool");
        ModelConfig config = ModelConfigReader.read(model);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            String base = BaseFingerprint.of(checkpoint, config);
            PoolWriter.write(TinyPool.of(config, base, 5, 4, 7, Projection.values()), pool);
        }
    }

    @ParameterizedTest
    @CsvSource({"resident, product", "slots, product", "slots, factor"})
    void everyStreamInACrowdIsWhatItsUserGetsAlone(String mode, String merge) throws Exception {
        try (Server server = start(mode, merge)) {
            String url = url(server);
            addUsers(url);
            List<String> alone = new ArrayList<>();
            for (int user = 0; user < USERS; user++) {
                alone.add(complete(url, "u" + user));
            }
            assertThat(new HashSet<>(alone)).hasSize(USERS);

            List<String> crowd = crowd(url);

            for (int i = 0; i < STREAMS; i++) {
                assertThat(crowd.get(i)).as("stream %d", i).isEqualTo(alone.get(i % USERS));
            }
        }
    }

    @Test
    void residentPoolAndSlotsGiveTheSame() throws Exception {
        List<String> resident = answers("resident");
        List<String> slots = answers("slots");
        assertThat(slots).isEqualTo(resident);
    }

    @Test
    void tellsWhatAnsweredAndKeepsPlansOverARestart() throws Exception {
        try (Server server = start("resident", "product")) {
            addUsers(url(server));
        }
        try (Server server = start("resident", "product")) {
            String url = url(server);
            HttpResponse<String> answer = post(url + "/v1/completions", body("u1"));
            JsonNode told = JSON.readTree(answer.body()).path("piecewise");
            assertThat(told.path("mode").asText()).isEqualTo("assembled");
            assertThat(told.path("history_items").asInt()).isEqualTo(2);
            assertThat(answer.headers().firstValue("X-Piecewise-Adapter"))
                    .contains("assembled;" + told.path("fingerprint").asText());
            HttpResponse<String> stranger = post(url + "/v1/completions", body("nobody"));
            assertThat(JSON.readTree(stranger.body())
                            .path("piecewise")
                            .path("mode")
                            .asText())
                    .isEqualTo("base");
        }
    }

    private List<String> answers(String mode) throws Exception {
        try (Server server = start(mode, "product")) {
            String url = url(server);
            addUsers(url);
            List<String> answers = new ArrayList<>();
            for (int user = 0; user < USERS; user++) {
                answers.add(complete(url, "u" + user));
            }
            return answers;
        }
    }

    private static Server start(String mode, String merge) {
        List<String> settings = List.of(
                "server.port=0",
                "model.path=" + model,
                "adapters.pool=" + pool,
                "adapters.mode=" + mode,
                "adapters.merge=" + merge,
                "engine.kv-places=4096",
                "engine.max-sequences=24",
                "engine.max-batched-tokens=48",
                "store.url=jdbc:sqlite:" + directory.resolve(mode + "-" + merge + ".db"));
        return new Server(PiecewiseConfig.load(Optional.empty(), settings));
    }

    private static String url(Server server) throws InterruptedException {
        String url = server.start();
        server.load();
        return url;
    }

    private void addUsers(String url) throws Exception {
        for (int user = 0; user < USERS; user++) {
            String items =
                    "{\"items\":[{\"id\":\"1\",\"text\":\"user %d likes %s\"},{\"id\":\"2\",\"prompt\":\"who?\",\"completion\":\"it is %s\"}]}"
                            .formatted(user, "abcdef".charAt(user), "uvwxyz".substring(user));
            assertThat(post(url + "/v1/users/u" + user + "/history", items).statusCode())
                    .isEqualTo(200);
            assertThat(post(url + "/v1/users/u" + user + "/plan", "{}").statusCode())
                    .isEqualTo(200);
        }
    }

    private List<String> crowd(String url) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> asks = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                String user = "u" + i % USERS;
                asks.add(() -> complete(url, user));
            }
            List<String> answers = new ArrayList<>();
            for (Future<String> answer : threads.invokeAll(asks)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    /** The token ids of a greedy completion, as JSON. */
    private String complete(String url, String user) throws Exception {
        HttpResponse<String> answer = post(url + "/v1/completions", body(user));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body())
                .path("choices")
                .path(0)
                .path("token_ids")
                .toString();
    }

    private static String body(String user) {
        return """
                {"model":"tiny","user":"%s","prompt":"a question for all","max_tokens":24,"temperature":0,"ignore_eos":true,"return_token_ids":true}""".formatted(user);
    }

    private HttpResponse<String> post(String url, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
