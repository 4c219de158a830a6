package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

    @TempDir
    static Path directory;

    private static Path model;
    private static Path pool;

    @BeforeAll
    static void writeModelAndPool() {
        model = TinyFiles.model(directory);
        pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
    }

    @ParameterizedTest
    @CsvSource({"resident, product", "slots, product", "slots, factor"})
    void everyStreamInACrowdIsWhatItsUserGetsAlone(String mode, String merge) throws Exception {
        try (RunningServer server = start(mode, merge)) {
            ServerClient client = server.client();
            addUsers(client);
            List<String> alone = new ArrayList<>();
            for (int user = 0; user < USERS; user++) {
                alone.add(complete(client, "u" + user));
            }
            assertThat(new HashSet<>(alone)).hasSize(USERS);

            List<String> crowd = crowd(client);

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
        try (RunningServer server = start("resident", "product")) {
            addUsers(server.client());
        }
        try (RunningServer server = start("resident", "product")) {
            ServerClient client = server.client();
            ServerClient.Answer answer = client.complete("u1", "");
            JsonNode told = answer.servedBy();
            assertThat(told.path("mode").asText()).isEqualTo("assembled");
            assertThat(told.path("history_items").asInt()).isEqualTo(2);
            assertThat(answer.response().headers().firstValue("X-Piecewise-Adapter"))
                    .contains("assembled;" + told.path("fingerprint").asText());
            assertThat(client.complete("nobody", "").servedBy().path("mode").asText())
                    .isEqualTo("base");
        }
    }

    private List<String> answers(String mode) throws Exception {
        try (RunningServer server = start(mode, "product")) {
            ServerClient client = server.client();
            addUsers(client);
            List<String> answers = new ArrayList<>();
            for (int user = 0; user < USERS; user++) {
                answers.add(complete(client, "u" + user));
            }
            return answers;
        }
    }

    private static RunningServer start(String mode, String merge) throws InterruptedException {
        return RunningServer.start(
                model,
                pool,
                "jdbc:sqlite:" + directory.resolve(mode + "-" + merge + ".db"),
                "adapters.mode=" + mode,
                "adapters.merge=" + merge,
                "engine.kv-places=4096",
                "engine.max-sequences=24",
                "engine.max-batched-tokens=48");
    }

    private static void addUsers(ServerClient client) throws Exception {
        for (int user = 0; user < USERS; user++) {
            String items =
                    "{\"items\":[{\"id\":\"1\",\"text\":\"user %d likes %s\"},{\"id\":\"2\",\"prompt\":\"who?\",\"completion\":\"it is %s\"}]}"
                            .formatted(user, "abcdef".charAt(user), "uvwxyz".substring(user));
            assertThat(client.post("/v1/users/u" + user + "/history", items).status())
                    .isEqualTo(200);
            assertThat(client.post("/v1/users/u" + user + "/plan", "{}").status())
                    .isEqualTo(200);
        }
    }

    private static List<String> crowd(ServerClient client) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> asks = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                String user = "u" + i % USERS;
                asks.add(() -> complete(client, user));
            }
            List<String> answers = new ArrayList<>();
            for (Future<String> answer : threads.invokeAll(asks)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    /** The token ids of a greedy completion, as JSON. */
    private static String complete(ServerClient client, String user) throws Exception {
        ServerClient.Answer answer = client.complete(user, "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json().at("/choices/0/token_ids").toString();
    }
}
