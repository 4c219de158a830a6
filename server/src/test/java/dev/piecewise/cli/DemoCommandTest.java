package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.Main;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipped demo, served by its command over a real socket. */
@Timeout(120)
class DemoCommandTest {
    private static final Path MODELS = Path.of("../model-store");
    private static final Path MODEL = MODELS.resolve("piecewise_demo");
    private static final long MOST_BYTES = 40L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CompletableFuture<String> greeting = new CompletableFuture<>();

    @TempDir
    static Path directory;

    private static Thread demo;
    private static String url;
    private static List<String> shown;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void startTheDemo() throws Exception {
        demo = Thread.ofPlatform()
                .start(() -> Main.commandLine()
                        .setErr(new PrintWriter(new Listener(), true))
                        .execute(
                                "demo",
                                "--set=server.port=0",
                                "--set=model.path=" + MODEL,
                                "--set=adapters.pool=" + MODEL.resolve("pool"),
                                "--set=store.url=" + store(),
                                "--set=store.data-directory=" + directory));
        Matcher said = Pattern.compile("ready on (\\S+).*for user in (.*) nobody;", Pattern.DOTALL)
                .matcher(greeting.get(100, TimeUnit.SECONDS));
        assertThat(said.find()).isTrue();
        url = said.group(1);
        shown = List.of(said.group(2).split(" "));
    }

    @AfterAll
    static void stopTheDemo() throws Exception {
        demo.interrupt();
        demo.join();
    }

    private static String store() {
        return "jdbc:sqlite:" + directory.resolve("demo.db");
    }

    /** Completes when everything that the command says at its start has been said. */
    private static final class Listener extends Writer {
        private final StringBuilder heard = new StringBuilder();

        @Override
        public void write(char[] buffer, int offset, int length) {
            heard.append(buffer, offset, length);
            if (heard.indexOf("done") > 0) {
                greeting.complete(heard.toString());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void thePeopleItNamesAreServedEachWithTheirOwnPieces() throws Exception {
        String prompt = "Note: ask Clara to bring the tent on Friday.\nText:";
        Set<String> fingerprints = new HashSet<>();
        List<String> answers = new ArrayList<>();
        for (String name : shown) {
            JsonNode answer = answer(name, prompt);
            assertThat(answer.path("piecewise").path("mode").asText()).isEqualTo("assembled");
            fingerprints.add(answer.path("piecewise").path("fingerprint").asText());
            answers.add(answer.path("choices").path(0).path("text").asText());
        }
        assertThat(fingerprints).hasSize(shown.size());
        assertThat(answers)
                .allSatisfy(answer ->
                        assertThat(answer).containsIgnoringCase("clara").containsIgnoringCase("tent"));
        assertThat(answers.get(0)).as("proper").matches(" (My dear|Dear) .*, .*[?.].*");
        assertThat(answers.get(1)).as("loud").matches(" (MY )?[A-Z]{2,4} .*!.*!");
        assertThat(answers.get(2)).as("dry").matches(" [a-z .,']+\\.\\.\\.");
        assertThat(answer("nobody", prompt).path("piecewise").path("mode").asText())
                .isEqualTo("base");
    }

    @Test
    void theyChatToo() throws Exception {
        String body = """
                {"user":"%s","messages":[{"role":"user","content":"Note: thank Ben for the soup.\\nText:"}],
                 "max_tokens":48,"temperature":0}""".formatted(shown.get(1));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String said = JSON.readTree(answer.body())
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asText();
        assertThat(said).contains("Ben", "soup", "!");
    }

    @Test
    void everybodyHasAHistoryAndAPlan() throws Exception {
        DemoPeople people = DemoPeople.read(MODEL);
        assertThat(people.names()).hasSizeGreaterThanOrEqualTo(200).startsWith(shown.toArray(String[]::new));
        for (String name : people.names()) {
            JsonNode user = get("/v1/users/" + name);
            assertThat(user.path("history_items").asInt()).as(name).isGreaterThanOrEqualTo(24);
            assertThat(user.path("plan_created").asLong()).as(name).isPositive();
        }
    }

    @Test
    void storingThePeopleAgainChangesNothing() throws Exception {
        JsonNode before = get("/v1/users/" + shown.getFirst());
        DemoPeople.read(MODEL).store(store(), (done, total) -> {});
        assertThat(get("/v1/users/" + shown.getFirst())).isEqualTo(before);
    }

    @Test
    void theModelStoreHoldsNothingThatDjlServingStumblesOver() throws Exception {
        try (Stream<Path> models = Files.list(MODELS)) {
            assertThat(models).isNotEmpty().allSatisfy(model -> {
                assertThat(model).isDirectory();
                assertThat(model.getFileName() + "").matches("\\w+");
                assertThat(model.resolve("serving.properties")).isRegularFile();
            });
        }
        try (Stream<Path> files = Files.walk(MODELS)) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(MOST_BYTES);
        }
    }

    private JsonNode answer(String user, String prompt) throws Exception {
        String body = JSON.createObjectNode()
                .put("user", user)
                .put("prompt", prompt)
                .put("max_tokens", 48)
                .put("temperature", 0)
                .toString();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }
}
