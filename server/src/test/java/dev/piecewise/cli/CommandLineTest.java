package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands, from arguments to files, output and exit status. */
@Timeout(120)
class CommandLineTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Path model;
    private static Path ann;
    private static Path ben;
    private static Path history;

    @TempDir
    Path own;

    private record Outcome(int status, String out, String err) {}

    @BeforeAll
    static void writeFiles() throws Exception {
        model = TinyCheckpoint.llama().speaking().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        ann = TinyAdapter.write(TinyAdapter.of(config, 4, 1, Projection.values()), config, directory.resolve("ann"));
        ben = TinyAdapter.write(TinyAdapter.of(config, 4, 2, Projection.values()), config, directory.resolve("ben"));
        history = Files.writeString(
                directory.resolve("history.jsonl"),
                "{\"text\":\"first things\"}\n{\"prompt\":\"and\",\"completion\":\"then\"}\n");
    }

    @Test
    void generatesTheSameWithTheSameSeed() throws Exception {
        List<String> arguments = List.of(
                "--model", model + "", "--prompt", "hello", "--max-tokens", "9", "--temperature", "1", "--json");
        JsonNode first = JSON.readTree(run("generate", arguments, "--seed", "5").out());
        JsonNode again = JSON.readTree(run("generate", arguments, "--seed", "5").out());
        JsonNode other = JSON.readTree(run("generate", arguments, "--seed", "6").out());

        assertThat(again).isEqualTo(first);
        assertThat(other.get("token_ids")).isNotEqualTo(first.get("token_ids"));
        assertThat(first.fieldNames())
                .toIterable()
                .containsExactly("prompt_token_ids", "token_ids", "text", "finish_reason");
        assertThat(first.get("finish_reason").asText()).isIn("length", "stop");
    }

    @Test
    void assemblingMergingAndGeneratingAreWhatGeneratingFromAHistoryIs() {
        Path pool = own.resolve("pool");
        Path plan = own.resolve("plan.json");
        Path merged = own.resolve("merged");
        importPool(pool);
        assertThat(run(
                                "assemble",
                                List.of("--model", model + "", "--pool", pool + "", "--history", history + ""),
                                "--out",
                                plan + "")
                        .status())
                .isZero();
        assertThat(run(
                                "merge",
                                List.of("--model", model + "", "--pool", pool + "", "--plan", plan + ""),
                                "--out",
                                merged + "")
                        .status())
                .isZero();

        List<String> prompt = List.of("--model", model + "", "--prompt", "hello", "--max-tokens", "16", "--json");
        Outcome viaAdapter = run("generate", prompt, "--adapter", merged + "");
        Outcome viaHistory = run("generate", prompt, "--pool", pool + "", "--history", history + "");
        Outcome base = run("generate", prompt);

        assertThat(viaAdapter.out()).isEqualTo(viaHistory.out()).isNotEqualTo(base.out());
    }

    @Test
    void aDamagedPoolIsNamed() throws Exception {
        Path pool = own.resolve("pool");
        importPool(pool);
        assertThat(run("pool", List.of("verify", pool + "", "--model", model + ""))
                        .status())
                .isZero();
        Path pieces = pool.resolve("pieces.safetensors");
        byte[] bytes = Files.readAllBytes(pieces);
        bytes[bytes.length - 3] ^= 1;
        Files.write(pieces, bytes);

        Outcome verified = run("pool", List.of("verify", pool + ""));

        assertThat(verified.status()).isEqualTo(1);
        assertThat(verified.err())
                .startsWith("piecewise: ")
                .contains("pieces.safetensors")
                .hasLineCount(1);
    }

    @Test
    void whatCannotBeIsOneLineAndAStatus() {
        assertRefused(run("generate", List.of("--model", "/nowhere", "--prompt", "x")), 1, "/nowhere");
        assertRefused(
                run("generate", List.of("--model", model + "", "--prompt", "x"), "--set", "engine.max-sequence=3"),
                1,
                "engine.max-sequence");
        assertRefused(
                run("generate", List.of("--model", model + "", "--prompt", "x"), "--set", "model.dtype=float8"),
                1,
                "model.dtype");
        assertRefused(
                run("generate", List.of("--model", model + "", "--prompt", "x"), "--adapter", model + ""), 1, "PEFT");
        assertRefused(run("demo", List.of()), 1, "demo");
        assertThat(run("generate", List.of("--prompt", "x")).status()).isEqualTo(2);
        assertThat(run("nonsense", List.of()).status()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1,3"})
    void theBenchMeasuresBaseAndAdaptersInOneRun(String sequences) throws Exception {
        Outcome outcome = run(
                "bench",
                List.of(
                        "--model",
                        model + "",
                        "--sequences",
                        sequences,
                        "--adapters",
                        "pool",
                        "--sharers",
                        "4",
                        "--rank",
                        "2"),
                "--tokens",
                "200",
                "--rounds",
                "1",
                "--prompt",
                "16",
                "--json");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        JsonNode report = JSON.readTree(outcome.out());
        assertThat(report.get("rows")).hasSize(sequences.split(",", -1).length);
        for (JsonNode row : report.get("rows")) {
            assertThat(row.get("tokens_per_second").asDouble()).isPositive();
            assertThat(row.get("adapted").get("tokens_per_second").asDouble()).isPositive();
        }
    }

    @Test
    void aSecondTurnComputesItsNewTokensOnly() throws Exception {
        Outcome outcome = run("bench", List.of("--model", model + "", "--streams", "2"), "--prompt", "20", "--json");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        JsonNode report = JSON.readTree(outcome.out());
        assertThat(report.at("/first/cached").asInt()).isZero();
        assertThat(report.at("/second/tokens").asInt()).isEqualTo(20 + 16 + 32);
        // The last token of an answer is given and not computed.
        assertThat(report.at("/second/cached").asInt()).isEqualTo(20 + 15);
        assertThat(report.at("/cold/cached").asInt()).isZero();
        assertThat(report.at("/beside/gaps/median").asDouble()).isPositive();
        assertThat(report.at("/beside/stretch").asDouble()).isEqualTo(2);
        assertThat(report.at("/unbounded/stretch").asDouble()).isZero();
        assertThat(report.at("/unbounded/prompt_tokens_per_second").asDouble()).isPositive();
        assertThat(report.at("/ratios/second turn: part of its prompt computed").asDouble())
                .isEqualTo(33.0 / 68);
    }

    @Test
    void aBenchIsHeldAgainstAnEarlierOne() throws Exception {
        Path baseline = own.resolve("baseline.json");
        List<String> bench =
                List.of("--model", model + "", "--sequences", "2", "--tokens", "60", "--rounds", "1", "--prompt", "16");
        assertThat(run("bench", bench, "--json", baseline + "").status()).isZero();
        JsonNode kept = JSON.readTree(baseline.toFile());
        assertThat(kept.get("format").asInt()).isEqualTo(1);
        assertThat(kept.get("rows")).hasSize(1);

        ObjectNode better = (ObjectNode) kept;
        ((ObjectNode) better.get("ratios")).put("2 sequences: of memory's speed", 1e9);
        Files.writeString(baseline, better.toString());
        Outcome worse = run("bench", bench, "--compare", baseline + "", "--tolerance", "0.9");
        assertThat(worse.status()).isEqualTo(3);
        assertThat(worse.out()).containsPattern("of memory's speed .* worse").contains("worse by more than 90 %");

        Outcome other = run("bench", bench, "--compare", baseline + "", "--set", "model.dtype=bfloat16");
        assertRefused(other, 1, "was measured in another setting: dtype float32 there, bfloat16 here");
    }

    @Test
    void wrongUsageIsExplainedAndHasStatusTwo() {
        List<String> generate = List.of("--model", model + "", "--prompt", "x");
        assertMisused(run("generate", generate, "--max-tokens", "0"), "--max-tokens must be at least 1, not 0");
        assertMisused(run("generate", generate, "--max-tokens", "many"), "--max-tokens");
        assertMisused(run("generate", generate, "--temperature", "-1"), "--temperature");
        assertMisused(run("generate", generate, "--pool", "x"), "--pool and --history go together");
        assertMisused(
                run("generate", generate, "--pool", "x", "--history", "y", "--adapter", "z"), "exclude each other");
        assertMisused(run("bench", List.of("--model", model + "", "--sequences", "0")), "--sequences");
        assertMisused(run("pool", List.of()), "Missing required subcommand");
        List<String> sharers = List.of("import", "--model", model + "", "--sharer", "ann=" + ann);
        String out = own.resolve("pool") + "";
        assertMisused(run("pool", sharers, "--sharer", "ann=" + ben, "--out", out), "--sharer names somebody twice");
        assertMisused(run("pool", sharers, "--gates", "ben=" + ben, "--out", out), "ben, who is no --sharer");
        assertThat(own.resolve("pool")).doesNotExist();
    }

    @Test
    void everyCommandHelps() {
        for (String command : List.of("", "serve", "generate", "pool", "assemble", "merge", "bench", "demo")) {
            Outcome helped = command.isEmpty() ? run("--help", List.of()) : run(command, List.of("--help"));
            assertThat(helped.status()).isZero();
            assertThat(helped.out()).startsWith("Usage: piecewise").contains("--help");
        }
        for (String command : List.of("import", "inspect", "verify", "publish", "add", "withdraw")) {
            assertThat(run("pool", List.of(command, "--help")).out()).startsWith("Usage: piecewise pool " + command);
        }
    }

    @Test
    void aBenchThatIsTooShortSaysSo() {
        Outcome bench = run("bench", List.of("--model", model + "", "--sequences", "1", "--tokens", "1"));
        assertRefused(bench, 1, "1 tokens gave no two steps");
    }

    private static void importPool(Path pool) {
        Outcome imported = run(
                "pool",
                List.of("import", "--model", model + "", "--sharer", "ann=" + ann, "--sharer", "ben=" + ben),
                "--out",
                pool + "");
        assertThat(imported.status()).as(imported.err()).isZero();
    }

    private static void assertMisused(Outcome outcome, String message) {
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err()).contains(message, "Usage: piecewise");
    }

    private static void assertRefused(Outcome outcome, int status, String named) {
        assertThat(outcome.status()).isEqualTo(status);
        assertThat(outcome.err()).startsWith("piecewise: ").contains(named).hasLineCount(1);
    }

    private static Outcome run(String command, List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(arguments);
        all.addAll(List.of(more));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int status = line.execute(all.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }
}
