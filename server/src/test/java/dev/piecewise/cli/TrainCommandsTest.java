package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.Main;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.PeftReader;
import dev.piecewise.checkpoint.BaseFingerprint;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code train base} and {@code train adapter}, from files to files. */
@Timeout(120)
final class TrainCommandsTest {
    private static final String SHAPE =
            "{\"hidden_size\":32,\"intermediate_size\":48,\"num_hidden_layers\":2,\"max_position_embeddings\":64}";

    @TempDir
    static Path directory;

    private static Path model;
    private static Outcome made;

    private record Outcome(int status, String out, String err) {}

    @BeforeAll
    static void trainFromScratch() throws IOException {
        Path shape = Files.writeString(directory.resolve("shape.json"), SHAPE);
        Path corpus = Files.writeString(directory.resolve("corpus.jsonl"), """
                {"text":"Once upon a time there was a red ball."}
                {"prompt":"Colour of the ball:","completion":" red"}
                """.repeat(8));
        model = directory.resolve("base");
        made = run(
                "train base --from-scratch --vocabulary 300 --epochs 6 --batch 4 --learning-rate 0.01",
                "--examples",
                corpus,
                "--shape",
                shape,
                "--out",
                model);
    }

    @Test
    void aBaseFromScratchIsAnOrdinaryModelWithItsOwnTokenizer() throws IOException {
        assertThat(made.status()).as(made.err()).isZero();
        ModelConfig config = ModelConfigReader.read(model);
        Tokenizer tokenizer = Tokenizer.load(model);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            checkpoint.verify(config);
        }
        assertThat(config.vocabulary()).isEqualTo(tokenizer.size());
        assertThat(config.eosTokens()).containsExactly(tokenizer.eos().orElseThrow());
        assertThat(tokenizer.encode("Once upon a red", true)).hasSizeLessThan(8);
        List<Double> losses = losses(model);
        assertThat(losses).hasSize(24);
        assertThat(losses.getLast()).isLessThan(losses.getFirst() - 1);
        assertThat(model.resolve("loss.svg")).content().contains("<polyline");
        assertThat(directory.resolve("base.training")).doesNotExist();
        Outcome said = run("generate --prompt Once --max-tokens 3 --temperature 0", "--model", model);
        assertThat(said.status()).as(said.err()).isZero();
    }

    @Test
    void anAdapterIsTrainedIntoAPeftDirectory() {
        Path history =
                history("ann.jsonl", "{\"prompt\":\"Colour of the ball:\",\"completion\":\" blue\"}\n".repeat(4));
        Path out = directory.resolve("ann");
        Outcome outcome = run(
                "train adapter --epochs 8 --context --projections q,v",
                "--model",
                model,
                "--history",
                history,
                "--out",
                out);

        assertThat(outcome.status()).as(outcome.err()).isZero();
        LoraAdapter adapter = PeftReader.read(out, ModelConfigReader.read(model), fingerprint());
        assertThat(adapter.sites()).hasSize(4);
        assertThat(adapter.rank()).isEqualTo(8);
        List<Double> losses = losses(out);
        assertThat(losses).hasSize(10);
        assertThat(losses.getLast()).isLessThan(losses.getFirst());
    }

    @Test
    void aTaskIsMergedIntoANewBase() {
        Path examples =
                history("task.jsonl", "{\"prompt\":\"Colour of the ball:\",\"completion\":\" green\"}\n".repeat(4));
        Path out = directory.resolve("adapted");
        Outcome outcome = run(
                "train base --steps 4 --learning-rate 0.01", "--model", model, "--examples", examples, "--out", out);

        assertThat(outcome.status()).as(outcome.err()).isZero();
        try (Checkpoint before = Checkpoint.open(model);
                Checkpoint after = Checkpoint.open(out)) {
            after.verify(ModelConfigReader.read(out));
            assertThat(floats(after, "self_attn.v_proj")).isNotEqualTo(floats(before, "self_attn.v_proj"));
            assertThat(floats(after, "mlp.up_proj")).isEqualTo(floats(before, "mlp.up_proj"));
            assertThat(after.dtype()).isEqualTo(before.dtype());
        }
        assertThat(Tokenizer.load(out).size()).isEqualTo(Tokenizer.load(model).size());
    }

    @Test
    void allWeightsOfABaseLearnATask() throws IOException {
        Path examples = Files.writeString(
                directory.resolve("whole.jsonl"),
                "{\"prompt\":\"Colour of the sea:\",\"completion\":\" green\"}\n".repeat(8));
        Path out = directory.resolve("whole");
        Outcome outcome = run(
                "train base --all-weights --epochs 20 --batch 4 --learning-rate 0.01 --clip 1",
                "--model",
                model,
                "--examples",
                examples,
                "--out",
                out);
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("tensors trained");
        assertThat(losses(out).getLast()).isLessThan(1).isLessThan(losses(out).getFirst() / 4);
        ModelConfig config = ModelConfigReader.read(out);
        try (Checkpoint before = Checkpoint.open(model);
                Checkpoint after = Checkpoint.open(out)) {
            after.verify(config);
            assertThat(after.dtype()).isEqualTo(before.dtype());
            assertThat(BaseFingerprint.of(after, config)).isNotEqualTo(BaseFingerprint.of(before, config));
        }
        assertThat(Tokenizer.load(out).encode("Colour", true))
                .isEqualTo(Tokenizer.load(model).encode("Colour", true));
    }

    @Test
    void plainTextIsLearntInPartsWithoutItsNames() {
        String text = "Once upon a time there was a red ball and Lily saw it. ".repeat(12);
        Path history = history("author.jsonl", "\"" + text + "\"\n");
        Path out = directory.resolve("author");
        Outcome outcome = run(
                "train adapter --steps 3 --max-tokens 32 --mask-names",
                "--model",
                model,
                "--history",
                history,
                "--out",
                out);

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(losses(out)).hasSize(3);
    }

    @Test
    void whatCannotBeLearntIsRefusedByName() throws IOException {
        Path empty = history("empty.jsonl", "\n");
        Path bytes =
                Files.write(directory.resolve("latin.jsonl"), "\"caf\u00e9\"".getBytes(StandardCharsets.ISO_8859_1));
        Path answerless = history("answerless.jsonl", "{\"text\":\"fine\"}\n{\"prompt\":\"x\"}\n");

        assertThat(adapter(empty).err()).contains("empty.jsonl: holds no item");
        assertThat(adapter(bytes).err()).contains("latin.jsonl: is not UTF-8");
        assertThat(adapter(answerless).err()).contains("answerless.jsonl:2").contains("completion");
        assertThat(adapter(directory.resolve("none.jsonl")).err()).contains("none.jsonl: does not exist");
        assertThat(run("train base", "--examples", empty, "--out", directory.resolve("x"))
                        .status())
                .isEqualTo(2);
        assertThat(directory.resolve("refused")).doesNotExist();
    }

    private static Outcome adapter(Path history) {
        Outcome outcome =
                run("train adapter", "--model", model, "--history", history, "--out", directory.resolve("refused"));
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1);
        return outcome;
    }

    private static Path history(String name, String lines) {
        try {
            return Files.writeString(directory.resolve(name), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fingerprint() {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return BaseFingerprint.of(checkpoint, ModelConfigReader.read(model));
        }
    }

    private static float[] floats(Checkpoint checkpoint, String projection) {
        return checkpoint.tensor("model.layers.1." + projection + ".weight").floats();
    }

    private static List<Double> losses(Path directory) {
        try {
            return Files.readAllLines(directory.resolve("training.csv")).stream()
                    .skip(1)
                    .map(line -> Double.valueOf(line.split(",", -1)[1]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Outcome run(String words, Object... more) {
        List<String> arguments = new ArrayList<>(List.of(words.split(" ", -1)));
        for (Object argument : more) {
            arguments.add(argument.toString());
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int status = command.execute(arguments.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }
}
