package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.Main;
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

/** The command {@code evaluate}, from files to table, JSON and picture. */
@Timeout(120)
final class EvaluateCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Path model;
    private static Path pool;
    private static Path data;

    private record Outcome(int status, String out, String err) {}

    @BeforeAll
    static void writeFiles() throws Exception {
        model = TinyCheckpoint.llama().speaking().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        pool = directory.resolve("pool");
        List<String> sharers = new ArrayList<>(List.of("pool", "import", "--model", model + "", "--out", pool + ""));
        for (int i = 0; i < 3; i++) {
            Path adapter = directory.resolve("s" + i);
            TinyAdapter.write(TinyAdapter.of(config, 2, i, Projection.values()), config, adapter);
            sharers.addAll(List.of("--sharer", "s" + i + "=" + adapter));
        }
        assertThat(run(sharers).status()).isZero();
        Files.createDirectory(directory.resolve("own"));
        for (String user : List.of("ann", "ben")) {
            TinyAdapter.write(
                    TinyAdapter.of(config, 2, user.hashCode(), Projection.Q),
                    config,
                    directory.resolve("own").resolve(user));
        }
        Files.writeString(
                directory.resolve("tasks.json"),
                "{\"drink\":{\"kind\":\"classification\",\"labels\":[\"tea\",\"milk\"],\"max_tokens\":3}}");
        data = Files.writeString(
                directory.resolve("users.jsonl"), line("ann", "tea") + line("ben", "milk") + line("cyd", "tea"));
    }

    @Test
    void allMethodsAreSideBySideInOneReport() throws Exception {
        Path picture = directory.resolve("plot.svg");
        Outcome outcome = evaluate(
                "--pool",
                pool + "",
                "--own",
                directory.resolve("own") + "",
                "--users",
                "2",
                "--plot",
                picture + "",
                "--json");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        JsonNode report = JSON.readTree(outcome.out());
        assertThat(report.get("users").asInt()).isEqualTo(2);
        assertThat(report.get("tests").asInt()).isEqualTo(4);
        assertThat(report.get("methods")).hasSize(5);
        assertThat(report.at("/methods/2/method").asText()).isEqualTo("oppu");
        assertThat(report.at("/methods/2/bytes_per_user").asDouble()).isEqualTo(2 * 2 * 2 * (32 + 32));
        assertThat(report.at("/methods/3/bytes_per_user").asDouble()).isBetween(100.0, 10_000.0);
        JsonNode rows = report.at("/tasks/0/rows");
        assertThat(rows).hasSize(5);
        double base = rows.get(0).at("/metrics/perplexity/value").asDouble();
        double assembled = rows.get(3).at("/metrics/perplexity/value").asDouble();
        assertThat(rows.get(3).at("/metrics/perplexity/gain/value").asDouble()).isEqualTo(base - assembled);
        assertThat(assembled).isNotEqualTo(base);
        assertThat(Files.readString(picture)).contains("perpcs+rag");
    }

    @Test
    void ownAdaptersAreTrainedAndTheNearestSharerIsFound() throws Exception {
        Path sharers = Files.writeString(
                directory.resolve("sharers.jsonl"),
                "{\"user\":\"s1\",\"history\":[\"ann drinks tea\"]}\n{\"user\":\"s2\",\"history\":[\"zzz 000\"]}\n");
        Outcome outcome = evaluate(
                "--pool",
                pool + "",
                "--sharers",
                sharers + "",
                "--train-own",
                "--own-steps",
                "30",
                "--own-rank",
                "2",
                "--users",
                "2",
                "--json");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        JsonNode report = JSON.readTree(outcome.out());
        assertThat(report.get("methods").findValuesAsText("method"))
                .containsExactly("base", "rag", "retrieval", "oppu", "perpcs", "perpcs+rag");
        assertThat(report.at("/methods/2/bytes_per_user").asDouble()).isEqualTo(2);
        assertThat(report.at("/methods/3/seconds_per_user").asDouble()).isPositive();
        JsonNode rows = report.at("/tasks/0/rows");
        assertThat(rows.get(3).at("/metrics/perplexity/value").asDouble())
                .isLessThan(rows.get(0).at("/metrics/perplexity/value").asDouble());
    }

    @Test
    void residentPiecesAndMergedAdaptersGiveTheSameNumbers() throws Exception {
        List<String> methods = List.of("--pool", pool + "", "--method", "perpcs:k=2", "--json");
        JsonNode resident =
                JSON.readTree(evaluate(methods, "adapters.mode=resident").out());
        JsonNode slots = JSON.readTree(evaluate(methods, "adapters.mode=slots").out());

        String perplexity = "/tasks/0/rows/0/metrics/perplexity/value";
        assertThat(slots.at(perplexity).asDouble())
                .isCloseTo(resident.at(perplexity).asDouble(), org.assertj.core.api.Assertions.withinPercentage(0.1));
    }

    @Test
    void theTableNamesEveryMethod() {
        Outcome outcome = evaluate(
                "--pool",
                pool + "",
                "--method",
                "base",
                "--method",
                "perpcs:keys=arrow,share=0.5,sharers=2,merge=factor+rag:items=1",
                "--labels-only");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .startsWith("tiny; 3 users, 6 questions")
                .contains("drink (classification, 3 users, 6 questions)", "accuracy", "a user costs")
                .contains("\nperpcs:keys=arrow,share=0.5,sharers=2,merge=factor+rag:items=1  ");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertRefused(evaluate("--method", "perpcs"), "--method perpcs needs a pool");
        assertRefused(evaluate("--method", "oppu"), "--method oppu needs users' own adapters");
        assertRefused(evaluate("--method", "best"), "--method best: a method is");
        assertRefused(evaluate("--own", directory.resolve("own") + ""), "cyd");
        assertThat(evaluate("--users", "0").status()).isEqualTo(2);
    }

    private static void assertRefused(Outcome outcome, String message) {
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("piecewise: ").contains(message).hasLineCount(1);
    }

    private static Outcome evaluate(List<String> arguments, String setting) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--set", setting));
        return evaluate(all.toArray(String[]::new));
    }

    private static Outcome evaluate(String... arguments) {
        List<String> all = new ArrayList<>(List.of("evaluate", "--model", model + "", "--data", data + ""));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--replicates", "20", "--set", "engine.kv-places=1024"));
        return run(all);
    }

    private static Outcome run(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    private static String line(String user, String drink) {
        return """
                {"user":"%s","history":["%s drinks %s","it rained",{"prompt":"%s likes","completion":" %s"}],\
                "test":[{"task":"drink","prompt":"%s drank","completion":" %s"},\
                {"task":"drink","prompt":"%s wants","completion":" %s"}]}
                """.formatted(user, user, drink, user, drink, user, drink, user, drink);
    }
}
