package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.Main;
import dev.piecewise.adapter.PeftWriter;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool is published, grows and shrinks by commands. */
@Timeout(120)
final class PoolCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Path model;

    @TempDir
    Path own;

    private record Outcome(int status, String out, String err) {}

    @BeforeAll
    static void writeFiles() {
        model = TinyCheckpoint.llama().speaking().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        List<String> names = List.of("ann", "ben", "cas");
        for (String name : names) {
            TinyAdapter.write(
                    TinyAdapter.of(config, 4, names.indexOf(name), Projection.Q, Projection.V),
                    config,
                    directory.resolve(name));
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Outcome(status, out.toString(), err.toString());
    }

    private static void succeed(String... arguments) {
        Outcome outcome = run(arguments);
        assertThat(outcome.status()).as(outcome.err()).isZero();
    }

    private Path published() {
        Path imported = own.resolve("imported");
        Path pool = own.resolve("pool");
        succeed(
                "pool",
                "import",
                "--model",
                model + "",
                "--sharer",
                "ann=" + directory.resolve("ann"),
                "--sharer",
                "ben=" + directory.resolve("ben"),
                "--out",
                imported + "");
        assertThat(run("pool", "publish", imported + "", "--out", pool + "").err())
                .contains("sharer \"ann\" has not agreed");
        succeed("pool", "publish", imported + "", "--out", pool + "", "--consent-by", "both");
        return pool;
    }

    private static JsonNode inspect(Path pool) throws Exception {
        return JSON.readTree(run("pool", "inspect", pool + "", "--json").out());
    }

    private static List<String> names(JsonNode pool) {
        List<String> names = new ArrayList<>();
        pool.get("sharers").forEach(sharer -> names.add(sharer.get("id").asText()));
        return names;
    }

    @Test
    void aSharerComesWithConsentAndGoesForGood() throws Exception {
        Path pool = published();
        List<String> add = List.of(
                "pool", "add", pool + "", "cas", "--model", model + "", "--adapter", directory.resolve("cas") + "");
        assertThat(run(add.toArray(String[]::new)).err()).contains("nobody is published without consent");
        List<String> agreed = new ArrayList<>(add);
        agreed.addAll(List.of(
                "--consent-by",
                "cas",
                "--consent-at",
                "2026-02-03T04:05:06Z",
                "--share-ratio",
                "0.5",
                "--items",
                "30"));
        succeed(agreed.toArray(String[]::new));
        JsonNode grown = inspect(pool);
        assertThat(names(grown)).containsExactly("ann", "ben", "cas");
        assertThat(grown.get("pieces").asInt()).isEqualTo(4 + 4 + 2);
        assertThat(grown.get("sharers").get(2)).isEqualTo(JSON.readTree("""
                        {"id":"cas","items":30,"pieces":2,"consent":{"by":"cas","at":"2026-02-03T04:05:06Z","ratio":0.5}}"""));
        succeed("pool", "verify", pool + "", "--model", model + "");

        succeed("pool", "withdraw", pool + "", "ann");

        JsonNode shrunk = inspect(pool);
        assertThat(names(shrunk)).containsExactly("ben", "cas");
        assertThat(shrunk.get("withdrawn").get(0).asText()).isEqualTo("ann");
        try (var left = Files.list(pool)) {
            assertThat(left.filter(Files::isDirectory)).hasSize(1);
        }
        assertThat(run("pool", "inspect", pool + "").out()).contains("ann", "withdrawn");
        assertThat(run("pool", "withdraw", pool + "", "dan").err()).contains("has no sharer \"dan\"");
    }

    @Test
    void refusesAnAdapterOfAnotherBase() {
        Path pool = published();
        ModelConfig config = ModelConfigReader.read(model);
        Path foreign = own.resolve("foreign");
        PeftWriter.write(
                TinyAdapter.of(config, 4, 9, Projection.Q, Projection.V), config, "sha256:" + "0".repeat(64), foreign);
        Outcome refused = run(
                "pool",
                "add",
                pool + "",
                "cas",
                "--model",
                model + "",
                "--adapter",
                foreign + "",
                "--consent-by",
                "cas");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .contains("base_model_name_or_path is sha256:0000")
                .hasLineCount(1);
    }

    @Test
    void whatIsPublishedIsAssembledFromByItsDirectory() throws Exception {
        Path pool = published();
        Path history =
                Files.writeString(own.resolve("history.jsonl"), "{\"prompt\":\"and\",\"completion\":\"then\"}\n");
        Path plan = own.resolve("plan.json");
        succeed("assemble", "--model", model + "", "--pool", pool + "", "--history", history + "", "--out", plan + "");
        assertThat(JSON.readTree(plan.toFile()).get("pool"))
                .isEqualTo(inspect(pool).get("hash"));
    }

    @Test
    void refusesConsentThatMakesNoSense() {
        Path pool = published();
        for (List<String> wrong : List.of(
                List.of("--consent-by", "x", "--share-ratio", "0"),
                List.of("--consent-by", "x", "--share-ratio", "1.5"),
                List.of("--consent-by", " "),
                List.of("--consent-by", "x", "--consent-at", "yesterday"))) {
            List<String> add = new ArrayList<>(List.of(
                    "pool",
                    "add",
                    pool + "",
                    "cas",
                    "--model",
                    model + "",
                    "--adapter",
                    directory.resolve("cas") + ""));
            add.addAll(wrong);
            Outcome refused = run(add.toArray(String[]::new));
            assertThat(refused.status()).as("%s", wrong).isEqualTo(2);
            assertThat(refused.err()).contains("--");
        }
    }
}
