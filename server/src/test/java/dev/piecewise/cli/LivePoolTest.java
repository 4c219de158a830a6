package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolEdits;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole server while its pool changes: what runs ends as it began, and what comes is served from the new version. */
@Timeout(120)
class LivePoolTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Consent ALL = new Consent("all", Instant.EPOCH, 1);

    @TempDir
    Path directory;

    private Path model;
    private Path pool;
    private ServerClient client = new ServerClient("");
    private final Deque<RunningServer> servers = new ArrayDeque<>();

    @BeforeEach
    void makePool() {
        model = TinyFiles.model(directory);
        pool = directory.resolve("pool");
        Pool five = PoolReader.read(TinyFiles.pool(model, 7, directory.resolve("five")));
        new PoolVersions(pool).publish(PoolEdits.agreed(five, ALL));
    }

    @AfterEach
    void stop() {
        servers.forEach(RunningServer::close);
    }

    private void start(String mode, Path from) throws Exception {
        RunningServer server = RunningServer.start(
                model,
                from,
                RunningServer.database(directory),
                "adapters.mode=" + mode,
                "personalization.guard-items=0",
                "personalization.k=6",
                "engine.kv-places=8192");
        servers.add(server);
        client = server.client();
        client.post(
                "/v1/users/ann/history", "{\"items\":[\"it rained all day\",\"so it goes, and a question of taste\"]}");
        assertThat(client.post("/v1/users/ann/plan", "{}").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resident", "slots"})
    void aWithdrawalLetsAStreamEndAndIsInNothingThatComes(String mode) throws Exception {
        start(mode, pool);
        String gone = sharers().getFirst();
        String undisturbed = texts("", stream().iterator());
        Iterator<String> running = stream().iterator();
        String begun = running.next();

        ServerClient.Answer deleted = client.send("DELETE", "/v1/pools/pool/sharers/" + gone, "");
        assertThat(deleted.status()).as(deleted.text()).isEqualTo(200);
        assertStillRunning();
        assertThat(deleted.json().path("versions_erased").asInt()).isEqualTo(1);
        String version = deleted.json().path("version").asText();

        ServerClient.Answer after = client.complete("ann", ",\"piecewise\":{\"explain\":true}");
        assertThat(after.servedBy().path("pool").asText()).isEqualTo(version);
        assertThat(after.json().at("/usage/prompt_tokens_details/cached_tokens").asInt())
                .as("nothing that was computed with the pieces of who is gone")
                .isZero();
        assertThat(sharers()).isNotEmpty().doesNotContain(gone);
        assertThat(client.get("/v1/users/ann/plan").text())
                .doesNotContain('"' + gone + '"')
                .contains(version);
        assertThat(texts(begun, running)).isEqualTo(undisturbed);

        assertThat(client.get("/v1/pools/pool").text()).contains("\"withdrawn\":[{\"id\":\"" + gone + "\"");
        assertThat(client.send("DELETE", "/v1/pools/pool/sharers/" + gone, "").status())
                .isEqualTo(404);
        assertThat(client.post("/v1/users/ann/plan", "{}").text()).doesNotContain('"' + gone + '"');
    }

    @ParameterizedTest
    @ValueSource(strings = {"resident", "slots"})
    void nothingOfWhoWithdrewStaysInTheDatabaseOrInMappedFiles(String mode) throws Exception {
        start(mode, pool);
        String gone = sharers().getFirst();
        assertThat(stored("ann").orElseThrow()).contains('"' + gone + '"');
        assertThat(mapped()).anyMatch(line -> line.contains("pieces.safetensors"));

        client.send("DELETE", "/v1/pools/pool/sharers/" + gone, "");
        await(() -> !stored("ann").orElseThrow().contains('"' + gone + '"'));
        await(() -> {
            System.gc();
            return mapped().stream().noneMatch(line -> line.contains("(deleted)"));
        });
        for (String file : List.of("store.db", "store.db-wal")) {
            assertThat(Files.readString(directory.resolve(file), StandardCharsets.ISO_8859_1))
                    .doesNotContain("[\"" + gone + "\",");
        }
        assertThat(sharers()).isNotEmpty().doesNotContain(gone);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resident", "slots"})
    void whenTheLastSharerHasWithdrawnThereIsNoPoolAndNoPlan(String mode) throws Exception {
        start(mode, pool);
        for (int i = 0; i < 5; i++) {
            assertThat(client.send("DELETE", "/v1/pools/pool/sharers/s" + i, "").status())
                    .isEqualTo(200);
        }
        assertThat(client.get("/v1/pools").json().path("data")).isEmpty();
        assertThat(client.get("/v1/pools/pool").status()).isEqualTo(404);
        await(() -> stored("ann").isEmpty());
        JsonNode served = client.complete("ann", "").servedBy();
        assertThat(served.path("mode").asText()).isEqualTo("base");
        assertThat(served.path("reason").asText()).contains("withdrawn");
        assertThat(client.post("/v1/users/ann/plan", "{}").status()).isEqualTo(400);

        ModelConfig config = ModelConfigReader.read(model);
        Pool again = PoolReader.read(TinyFiles.pool(model, 9, directory.resolve("again")));
        Consent anew = new Consent("all", Instant.now().plusSeconds(1), 1);
        new PoolVersions(pool).publish(PoolEdits.with(PoolEdits.agreed(again, anew), newcomer(again, config)));
        await(() -> client.get("/v1/pools").json().path("data").size() == 1);
        assertThat(client.post("/v1/users/ann/plan", "{}").status()).isEqualTo(200);
        assertThat(sharers()).contains("new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "slots"})
    void aVersionWithOneMoreIsTakenUpWhileAStreamRuns(String mode) throws Exception {
        start(mode, pool);
        String undisturbed = texts("", stream().iterator());
        Iterator<String> running = stream().iterator();
        String begun = running.next();

        ModelConfig config = ModelConfigReader.read(model);
        Path version = new PoolVersions(pool).change(served -> PoolEdits.with(served, newcomer(served, config)));
        String hash = PoolReader.read(version).hash();
        assertThat(client.get("/v1/pools").json().at("/data/0/version").asText())
                .isEqualTo(hash);
        assertStillRunning();

        JsonNode answer = client.complete("ann", "").servedBy();
        assertThat(answer.path("pool").asText()).isEqualTo(hash);
        assertThat(answer.path("mode").asText()).isEqualTo("assembled");
        assertThat(texts(begun, running)).isEqualTo(undisturbed);

        assertThat(client.post("/v1/users/ann/plan", "{}").status()).isEqualTo(200);
        assertThat(sharers()).as("everybody is chosen").hasSize(6).contains("new");
        assertThat(client.complete("ann", "").servedBy().path("mode").asText()).isEqualTo("assembled");
    }

    @Test
    void aPoolThatWasNeverPublishedCanBeLeftToo() throws Exception {
        Path plain = directory.resolve("five");
        start("auto", plain);
        String gone = sharers().getFirst();
        JsonNode listed = client.get("/v1/pools").json().at("/data/0");
        assertThat(listed.path("id").asText()).isEqualTo("five");
        assertThat(listed.path("sharers").asInt()).isEqualTo(5);

        assertThat(client.send("DELETE", "/v1/pools/five/sharers/" + gone, "").status())
                .isEqualTo(200);
        assertThat(sharers()).isNotEmpty().doesNotContain(gone);
        assertThat(PoolReader.read(plain).indexOf(gone)).isNegative();
        assertThat(plain.resolve("pieces.safetensors")).doesNotExist();
    }

    private interface Question {
        boolean yes() throws Exception;
    }

    private static void await(Question question) throws Exception {
        while (!question.yes()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** The plan as it is in the database. */
    private Optional<String> stored(String user) {
        try (Store store = Stores.open("jdbc:sqlite:" + directory.resolve("store.db"))) {
            return store.plan(user).map(plan -> PlanJson.toJson(plan).toString());
        }
    }

    /** This process's mapped files of the pool. */
    private List<String> mapped() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains(pool.toString()))
                .toList();
    }

    private static Contribution newcomer(Pool served, ModelConfig config) {
        SortedMap<Site, float[]> gates = new TreeMap<>();
        served.sites().forEach((site, stack) -> gates.put(site, stack.gate(0)));
        return new Contribution(
                "new",
                3,
                TinyAdapter.of(config, 4, 99, Projection.values()),
                Optional.of(gates),
                Optional.of(ALL),
                Optional.empty());
    }

    private List<String> sharers() throws Exception {
        JsonNode sites = client.complete("ann", ",\"piecewise\":{\"explain\":true}")
                .servedBy()
                .path("pieces");
        SortedSet<String> sharers = new TreeSet<>();
        sites.forEach(
                choices -> choices.forEach(choice -> sharers.add(choice.path(0).asText())));
        return List.copyOf(sharers);
    }

    private Stream<String> stream() throws Exception {
        return client.lines("/v1/completions", """
                {"model":"tiny","user":"ann","prompt":"a question for all","max_tokens":1200,"temperature":0,"ignore_eos":true,"stream":true}""");
    }

    /** The texts of this chunk and of the others. */
    private static String texts(String first, Iterator<String> others) throws Exception {
        StringBuilder texts = new StringBuilder();
        for (String line = first; line != null; line = others.hasNext() ? others.next() : null) {
            if (line.startsWith("data: {")) {
                texts.append(
                        JSON.readTree(line.substring(6)).at("/choices/0/text").asText());
            }
        }
        return texts.toString();
    }

    private void assertStillRunning() throws Exception {
        assertThat(client.get("/metrics").text()).containsPattern("vllm:num_requests_running\\{[^}]*} 1\\.0");
    }
}
