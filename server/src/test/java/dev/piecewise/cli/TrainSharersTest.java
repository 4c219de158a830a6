package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.Main;
import dev.piecewise.adapter.GainForecast;
import dev.piecewise.adapter.PoolReader;
import dev.piecewise.fixture.TinyCheckpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From users' histories to a published pool, by commands. */
@Timeout(120)
final class TrainSharersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FEW_STEPS = List.of("--steps", "4", "--batch", "2", "--side-by-side", "2");

    @TempDir
    static Path directory;

    private static Path model;
    private static Path users;

    @TempDir
    Path own;

    private record Outcome(int status, String out, String err) {}

    @BeforeAll
    static void writeFiles() throws IOException {
        model = TinyCheckpoint.llama().speaking().write(directory.resolve("tiny"));
        users = Files.writeString(
                directory.resolve("users.jsonl"),
                user("ann", "hello", 12)
                        + user("ben", "the end", 14)
                        + user("cas", "and so on", 13)
                        + user("dan", "x", 3));
    }

    private static String user(String name, String says, int items) {
        List<String> history = IntStream.range(0, items)
                .mapToObj(i -> "{\"prompt\":\"one %d\",\"completion\":\" %s\"}".formatted(i, says.repeat(1 + i % 3)))
                .toList();
        return "{\"user\":\"%s\",\"history\":[%s]}%n".formatted(name, String.join(",", history));
    }

    private static Outcome run(List<String> arguments, String... more) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(arguments.stream(), Arrays.stream(more)).toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    private List<String> sharers(Path out) {
        return sharers(users, out);
    }

    private List<String> sharers(Path users, Path out) {
        List<String> arguments = new ArrayList<>(List.of("train", "sharers", "--model", model + ""));
        arguments.addAll(List.of("--users", users + "", "--sharers", "9", "--rank", "2", "--alpha", "2"));
        arguments.addAll(List.of("--out", out + "", "--consent-at", "2026-01-01T00:00:00Z"));
        arguments.addAll(FEW_STEPS);
        return arguments;
    }

    private List<String> gates(Path trained, Path pool) {
        return gates(model, users, trained, pool);
    }

    private List<String> gates(Path model, Path users, Path trained, Path pool) {
        List<String> arguments = new ArrayList<>(List.of("train", "gates", "--model", model + ""));
        arguments.addAll(List.of("--users", users + "", "--sharers", trained + "", "--out", pool + ""));
        arguments.addAll(FEW_STEPS);
        return arguments;
    }

    private static JsonNode inspect(Path pool) {
        try {
            return JSON.readTree(
                    run(List.of("pool", "inspect", pool + "", "--json")).out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome.status()).as(outcome.err()).isZero();
    }

    @Test
    void historiesBecomeAPublishedPoolTheSameEachTime() throws IOException {
        Path trained = own.resolve("trained");
        Path pool = own.resolve("pool");
        assertThat(run(sharers(trained)).err()).contains("nobody is published without consent");
        Outcome chosen = run(sharers(trained), "--consent-by", "all of them", "--share-ratio", "0.75");
        assertDone(chosen);
        assertThat(chosen.out()).contains("3 sharers of 4 users");
        assertDone(run(gates(trained, pool)));
        assertThat(trained.resolve("log-adapters/training.csv")).content().hasLineCount(1 + 2 * 4);
        assertThat(trained.resolve("log-adapters/loss.svg")).content().startsWith("<svg");
        JsonNode inspected = inspect(pool);
        assertThat(inspected.get("sharers").findValuesAsText("id")).containsExactly("ann", "ben", "cas");
        assertThat(inspected.get("sharers").findValuesAsText("items")).containsExactly("12", "14", "13");
        assertThat(inspected.get("sharers").findValuesAsText("by")).containsOnly("all of them");
        assertThat(inspected.get("pieces").asInt()).isEqualTo(3 * 6);
        assertThat(inspected.get("keys").asText()).isEqualTo("gates");
        assertDone(run(List.of("pool", "verify", pool + "", "--model", model + "")));

        assertDone(run(sharers(own.resolve("again")), "--consent-by", "all of them", "--share-ratio", "0.75"));
        assertDone(run(gates(own.resolve("again"), own.resolve("same"))));
        assertThat(inspect(own.resolve("same")).get("hash")).isEqualTo(inspected.get("hash"));
    }

    @Test
    void whatIsThereIsNotTrainedAgainAndWhatIsMissingIs() throws IOException {
        Path trained = own.resolve("trained");
        Path pool = own.resolve("pool");
        assertDone(run(sharers(trained), "--consent-by", "x"));
        assertDone(run(gates(trained, pool)));
        String hash = inspect(pool).get("hash").asText();
        Path kept = trained.resolve("adapters/sharer0001/adapter_model.safetensors");
        byte[] before = Files.readAllBytes(kept);
        Files.delete(trained.resolve("adapters/sharer0002/adapter_model.safetensors"));
        Files.delete(trained.resolve("adapters/sharer0002/adapter_config.json"));
        Files.delete(trained.resolve("adapters/sharer0002"));
        assertDone(run(sharers(trained), "--consent-by", "x"));
        assertThat(kept).hasBinaryContent(before);
        assertDone(run(gates(trained, pool)));
        assertThat(inspect(pool).get("hash").asText()).isEqualTo(hash);
        assertThat(run(sharers(trained), "--consent-by", "x", "--seed", "3").err())
                .contains("holds a run with seed = 0, not 3; take another directory");
    }

    @Test
    void clustersCanBeOfThoseWhoAnswerAlike() throws IOException {
        Path alike = Files.writeString(
                own.resolve("alike.jsonl"),
                user("ann", "hello", 12)
                        + user("ben", "the end", 11)
                        + user("cas", "hello", 13)
                        + user("dan", "the end", 14));
        Path trained = own.resolve("trained");
        List<String> two = sharers(alike, trained);
        two.set(two.indexOf("--sharers") + 1, "2");
        assertThat(run(two, "--consent-by", "x", "--cluster-by", "answers").out())
                .contains("2 sharers of 4 users");
        assertDone(run(gates(model, alike, trained, own.resolve("pool")), "--discriminant"));
        assertThat(inspect(own.resolve("pool")).get("sharers").findValuesAsText("id"))
                .containsExactly("cas", "dan");
        assertThat(run(two, "--consent-by", "x").err())
                .contains("holds a run with clusters = 2 by answers, not 2; take another directory");
    }

    @Test
    void gatesAreCentredWhereThereAreUsersEnough() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            lines.append(user("user" + i, "word" + i, 11 + i % 2));
        }
        Path many = Files.writeString(own.resolve("many.jsonl"), lines);
        Path trained = own.resolve("trained");
        assertDone(run(sharers(many, trained), "--consent-by", "x"));
        assertDone(run(gates(model, many, trained, own.resolve("plain")), "--as-trained"));
        assertDone(run(gates(model, many, trained, own.resolve("centred"))));
        assertDone(run(gates(model, many, trained, own.resolve("computed")), "--discriminant"));
        assertThat(Stream.of("centred", "plain", "computed")
                        .map(pool -> inspect(own.resolve(pool)).get("hash").asText()))
                .doesNotHaveDuplicates();
        assertDone(run(List.of("pool", "verify", own.resolve("computed") + "", "--model", model + "")));
    }

    @Test
    void onlyThoseWhoAgreedAreCandidatesAndMoreCanComeLater() throws IOException {
        Path pool = own.resolve("pool");
        Path first = Files.writeString(
                own.resolve("first.jsonl"),
                "{\"user\":\"ann\",\"at\":\"2026-01-01T00:00:00Z\",\"ratio\":0.5}\n{\"user\":\"dan\",\"at\":\"2026-01-01T00:00:00Z\"}\n");
        Path second = Files.writeString(
                own.resolve("second.jsonl"),
                "{\"user\":\"cas\",\"at\":\"2026-01-02T00:00:00Z\",\"by\":\"a parent\"}\n");
        assertDone(run(sharers(own.resolve("one")), "--consents", first + ""));
        assertDone(run(gates(own.resolve("one"), pool)));
        assertThat(inspect(pool).get("pieces").asInt()).isEqualTo(4);
        assertDone(run(sharers(own.resolve("two")), "--consents", second + ""));
        assertDone(run(gates(own.resolve("two"), pool), "--add"));
        JsonNode both = inspect(pool);
        assertThat(both.get("sharers").findValuesAsText("id")).containsExactly("ann", "cas");
        assertThat(both.get("sharers").findValuesAsText("by")).containsExactly("ann", "a parent");
        assertThat(both.get("pieces").asInt()).isEqualTo(4 + 8);
        assertDone(run(List.of("pool", "withdraw", pool + "", "ann")));
        assertThat(inspect(pool).get("sharers").findValuesAsText("id")).containsExactly("cas");
        assertThat(run(gates(own.resolve("one"), pool)).err()).contains("\"ann\" withdrew");
    }

    @Test
    void aForecastIsPublishedWithThePiecesAndGrowsWithThePool() throws IOException {
        Path pool = own.resolve("pool");
        assertDone(run(sharers(own.resolve("one")), "--consents", consents("ann", "ben") + ""));
        assertDone(run(gates(own.resolve("one"), pool), "--discriminant", "--forecast"));
        assertThat(inspect(pool).get("forecast").asBoolean()).isTrue();
        GainForecast first = PoolReader.read(pool).forecast().orElseThrow();
        assertThat(first.siteScale(0)).isPositive();
        assertThat(first.gainScale(1)).isPositive();
        assertDone(run(sharers(own.resolve("two")), "--consents", consents("cas") + ""));
        assertDone(run(gates(own.resolve("two"), pool), "--discriminant", "--add"));
        GainForecast grown = PoolReader.read(pool).forecast().orElseThrow();
        assertThat(grown.sharers()).isEqualTo(3);
        assertThat(grown.of(0)).isEqualTo(first.of(0));
        assertThat(grown.of(1)).isEqualTo(first.of(1));
        assertThat(grown.of(2)).isNotEqualTo(first.of(0)).doesNotContain(Float.NaN);
        assertDone(run(List.of("pool", "withdraw", pool + "", "ann")));
        GainForecast rest = PoolReader.read(pool).forecast().orElseThrow();
        assertThat(rest.of(0)).isEqualTo(grown.of(1));
        assertThat(rest.of(1)).isEqualTo(grown.of(2));
        assertDone(run(List.of("pool", "verify", pool + "", "--model", model + "")));
        assertDone(run(gates(own.resolve("two"), own.resolve("plain")), "--discriminant"));
        assertThat(inspect(own.resolve("plain")).get("forecast").asBoolean()).isFalse();
    }

    private Path consents(String... users) throws IOException {
        String lines = Arrays.stream(users)
                .map("{\"user\":\"%s\",\"at\":\"2026-01-01T00:00:00Z\"}%n"::formatted)
                .collect(Collectors.joining());
        return Files.writeString(own.resolve("consents-" + users[0] + ".jsonl"), lines);
    }

    @Test
    void whatCannotBeTrainedIsNamed() throws IOException {
        Path twice = Files.writeString(own.resolve("twice.jsonl"), user("ann", "a", 12) + user("ann", "b", 12));
        assertThat(run(sharers(twice, own.resolve("t")), "--consent-by", "x").err())
                .contains("user \"ann\" is there twice");
        Path few = Files.writeString(own.resolve("few.jsonl"), user("ann", "a", 10));
        assertThat(run(sharers(few, own.resolve("t")), "--consent-by", "x").err())
                .contains("no user has more than 10 items");
        assertThat(run(gates(own.resolve("nothing"), own.resolve("pool"))).err())
                .contains("sharers.json");
        assertDone(run(sharers(own.resolve("t")), "--consent-by", "x"));
        Path other = TinyCheckpoint.llama().speaking().seed(9).write(own.resolve("other"));
        assertThat(run(gates(other, users, own.resolve("t"), own.resolve("pool")))
                        .err())
                .contains("the sharers were trained on base model");
        assertThat(run(gates(model, few, own.resolve("t"), own.resolve("pool"))).err())
                .contains("user \"ann\" has 10 items; the adapter was trained from 12");
        assertThat(own.resolve("pool")).doesNotExist();
        assertThat(run(sharers(own.resolve("t")), "--consent-by", "x", "--targets", "q,w")
                        .status())
                .isEqualTo(2);
    }
}
